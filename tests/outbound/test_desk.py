"""The manufacturer's desk: the request in full, but never the customer's price."""

import re

import pytest
from django.test import Client

from tests.outbound.post import confirmed, told
from tests.world import World
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Message
from tonerloop.programs.keys import create_key

pytestmark = pytest.mark.django_db
# Unit prices, amounts, sum, tax and total of the customer; the desk is paid 5,000 a piece.
CUSTOMERS = ("8000", "16000", "12000", "28000", "2800", "30800", "9000")


@pytest.fixture
def order(world: World) -> Order:
    made = confirmed(world)
    told()
    return made


def prices_on(page: str) -> list[str]:
    figures = {figure.replace(",", "") for figure in re.findall(r"\d[\d,]*(?:\.\d+)?", page)}
    return [price for price in CUSTOMERS if {price, f"{price}.00"} & figures]


def at_the_desk(world: World, client: Client, address: str) -> str:
    client.force_login(world.desk)
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def addresses(order: Order) -> list[str]:
    return ["/desk/", "/desk/orders/", f"/desk/orders/{order.number}/"]


@pytest.mark.parametrize("page", range(3), ids=["requests", "orders", "order"])
def test_no_page_of_the_desk_shows_the_customers_price(
    world: World, client: Client, order: Order, page: int
) -> None:
    shown = at_the_desk(world, client, addresses(order)[page])
    assert prices_on(shown) == []


def test_the_order_page_shows_what_the_desk_is_paid(
    world: World, client: Client, order: Order
) -> None:
    assert "5,000" in at_the_desk(world, client, addresses(order)[2])


def test_the_customers_price_is_shown_where_the_seller_chose_so(
    world: World, client: Client, order: Order
) -> None:
    world.seller.shows_customer_price = True
    world.seller.save()
    assert "8000" in prices_on(at_the_desk(world, client, addresses(order)[2]))


def test_no_proposed_price_is_shown_to_the_desk(world: World, client: Client) -> None:
    from decimal import Decimal

    order = world.place()
    changes = actions.Changes(prices={order.lines.get(position=1).pk: Decimal(9000)})
    actions.propose(order.number, changes, by=world.actor(world.sales))
    actions.accept_change(order.number, by=world.actor(world.buyer))
    assert prices_on(at_the_desk(world, client, addresses(order)[2])) == []


def test_no_program_of_the_desk_reads_the_customers_price(
    world: World, client: Client, order: Order
) -> None:
    _key, secret = create_key("ERP", by=world.actor(world.desk))
    answer = client.get("/api/v1/approval-requests", headers={"Authorization": f"Bearer {secret}"})
    assert order.number in answer.content.decode()
    assert prices_on(answer.content.decode()) == []


def test_a_request_that_was_looked_at_counts_as_fetched(
    world: World, client: Client, order: Order
) -> None:
    message = Message.objects.get(order_id=order.pk)
    assert message.state == Message.State.QUEUED
    at_the_desk(world, client, addresses(order)[2])
    message.refresh_from_db()
    assert message.state == Message.State.FETCHED


def test_the_rival_desk_cannot_fetch_it(world: World, client: Client, order: Order) -> None:
    client.force_login(world.rival_desk)
    assert client.get(addresses(order)[2]).status_code == 404
    assert Message.objects.get(order_id=order.pk).state == Message.State.QUEUED
