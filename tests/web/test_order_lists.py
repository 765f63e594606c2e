"""Who has an order since when, as the lists of orders say it."""

from decimal import Decimal

import pytest

from tests.world import World
from tonerloop.orders.actions import LineSaid, answer_lines, confirm_price
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.web.shared.order_facts import with_facts
from tonerloop.web.shared.order_lists import rows

pytestmark = pytest.mark.django_db
Kind = LineAnswer.Kind


def test_an_order_given_back_is_the_sellers_from_then_on(world: World) -> None:
    sales = world.actor(world.sales)
    order = confirm_price(world.place().number, by=sales)
    day = order.expected_date
    dearer = LineSaid(kind=Kind.CHANGED, promised_date=day, price=Decimal(6150), currency="JPY")
    yes = LineSaid(kind=Kind.ACCEPTED, promised_date=day)
    answer_lines(order.number, {1: dearer, 2: yes}, by=world.actor(world.desk))
    [row] = rows(with_facts(Order.objects.all()))
    given_back = order.approval_requests.get().closed_at
    assert (row.holder, row.since) == (world.sales.name, given_back)

    confirm_price(order.number, by=sales)
    [row] = rows(with_facts(Order.objects.all()))
    again = order.approval_requests.get(closed_at=None).opened_at
    assert (row.holder, row.since) == (world.maker.name, again)
