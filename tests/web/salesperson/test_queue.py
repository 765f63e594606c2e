"""What waits for a price confirmation, and the list of all orders, on the phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.web.salesperson.conftest import logged_in
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.actions import ask, confirm_price, place, reply
from tonerloop.orders.basket import add_by_number, open_basket
from tonerloop.orders.models import Order
from tonerloop.orders.quote import quote
from tonerloop.web.salesperson import views

pytestmark = pytest.mark.django_db
QUEUE = "/sales/"


def misfit_order(world: World) -> Order:
    """An order with an item that fits no machine and was meant."""
    by = world.actor(world.buyer)
    add_by_number(world.misfit, 1, world.head.pk, by=by, meant=True)
    basket = open_basket(by)
    return place(basket.key, seen=quote(basket, by=by).seen(), by=by)[0]


def test_oldest_first(world: World, phone: Client) -> None:
    newer, older = world.place(), world.place()
    Order.objects.filter(pk=older.pk).update(placed_at=timezone.now() - timedelta(hours=3))
    page = phone.get(QUEUE).content.decode()
    assert -1 < page.index(grouped(older.number)) < page.index(grouped(newer.number))


def test_what_is_unusual_is_said(world: World, phone: Client) -> None:
    misfit_order(world)
    world.place({(world.copier.pk, world.drum.pk): 1})
    asked = ask(world.place().number, "Which floor?", by=world.actor(world.sales))
    reply(asked.number, "The third one", by=world.actor(world.buyer))
    page = phone.get(QUEUE).content.decode()
    assert "Fits no machine" in page
    assert "Price on request" in page
    assert "The third one" in page


def test_of_very_many_the_oldest_are_shown(
    world: World, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    orders = [world.place() for _turn in range(3)]
    page = phone.get(QUEUE).content.decode()
    assert [grouped(one.number) in page for one in orders] == [True, True, False]
    assert 'data-count="3"' in page and "3 orders, oldest first" in page
    assert "The next ones come here as you answer these." in page
    confirm_price(orders[0].number, by=world.actor(world.sales))
    page = phone.get(QUEUE).content.decode()
    assert grouped(orders[2].number) in page and "The next ones" not in page


def test_nothing_waits(phone: Client) -> None:
    assert "Nothing waits for you" in phone.get(QUEUE).content.decode()


def test_only_what_waits_is_there(world: World, phone: Client) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    assert grouped(order.number) not in phone.get(QUEUE).content.decode()


@pytest.mark.parametrize(("who", "there"), [("deputy", True), ("other_sales", False)])
def test_whose_queue(world: World, who: str, there: bool) -> None:
    number = world.place().number
    page = logged_in(getattr(world, who)).get(QUEUE).content.decode()
    assert (grouped(number) in page) is there


def test_an_open_page_gets_the_cards_alone(world: World, phone: Client) -> None:
    world.place()
    part = phone.get(QUEUE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert f'data-live="seller:{world.seller.pk}"' in part


def test_queries_of_the_queue(
    world: World, phone: Client, django_assert_max_num_queries: Any
) -> None:
    for _turn in range(3):
        world.place()
    with django_assert_max_num_queries(8):
        assert phone.get(QUEUE).status_code == 200


def test_orders_by_status(world: World, phone: Client) -> None:
    waiting = world.place().number
    sent = confirm_price(world.place().number, by=world.actor(world.sales)).number
    every = phone.get(reverse("salesperson:orders")).content.decode()
    assert grouped(waiting) in every and grouped(sent) in every
    some = phone.get(reverse("salesperson:orders"), {"status": "price_confirmed"}).content.decode()
    assert grouped(sent) in some and grouped(waiting) not in some


def test_no_orders_of_other_peoples_customers(world: World) -> None:
    number = world.place().number
    page = logged_in(world.other_sales).get(reverse("salesperson:orders")).content.decode()
    assert grouped(number) not in page


@pytest.mark.parametrize("status", ["nonsense", "\x00", "x" * 5000])
def test_a_strange_filter_shows_all(world: World, phone: Client, status: str) -> None:
    number = world.place().number
    answer = phone.get(reverse("salesperson:orders"), {"status": status, "page": "minus one"})
    assert answer.status_code == 200
    assert grouped(number) in answer.content.decode()


@pytest.mark.parametrize("who", ["desk", "buyer", "back_office"])
@pytest.mark.parametrize("name", ["queue", "orders"])
def test_other_roles_stay_out(world: World, who: str, name: str) -> None:
    assert logged_in(getattr(world, who)).get(reverse(f"salesperson:{name}")).status_code == 403
