"""After the confirmation: order more, look at the order again, or finish."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from tests.web.customer.conftest import at, logged_in
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.models import Order

pytestmark = pytest.mark.django_db


def after(world: World, order: Order) -> str:
    assert order.basket is not None
    return at("placed", order.basket.key)


def test_the_three_choices_stand_there(world: World, shop: Client) -> None:
    order = world.place()
    page = shop.get(after(world, order)).content.decode()
    assert grouped(order.number) in page and "30,800" in page
    assert f'href="{at("order")}"' in page and "Order more" in page
    assert f'href="{at("one", order)}"' in page
    assert f'action="{reverse("account_logout")}"' in page and "Finish and log out" in page


def test_all_orders_of_the_basket_stand_there(world: World, shop: Client) -> None:
    orders = world.place_all(
        {(world.copier.pk, world.black.pk): 1, (world.printer.pk, world.rival_toner.pk): 1}
    )
    page = shop.get(after(world, orders[0])).content.decode()
    assert all(grouped(order.number) in page for order in orders)
    assert "Your 2 orders are placed" in page


def test_ordering_more_begins_with_an_empty_sheet(world: World, shop: Client) -> None:
    world.place()
    page = shop.get(at("order")).content.decode()
    assert re.findall(r'name="q-[^>]*value="2"', page) == [] and "2 on the way" in page


def test_finishing_ends_the_session_on_the_server(world: World, shop: Client) -> None:
    order = world.place()
    assert shop.get(after(world, order)).status_code == 200
    stolen = shop.cookies[settings.SESSION_COOKIE_NAME].value
    shop.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=stolen).exists()
    with_the_old_cookie = Client()
    with_the_old_cookie.cookies[settings.SESSION_COOKIE_NAME] = stolen
    for address in (after(world, order), at("order"), at("one", order)):
        assert with_the_old_cookie.get(address).status_code == 302


def test_the_pages_are_kept_by_no_cache(world: World, shop: Client) -> None:
    order = world.place()
    for address in (after(world, order), at("order"), at("one", order)):
        assert "no-store" in shop.get(address).headers["Cache-Control"]


@pytest.mark.parametrize("who", ["branch_buyer", "rival_buyer", "foreign_buyer"])
def test_nobody_sees_anothers(world: World, who: str) -> None:
    order = world.place()
    answer = logged_in(getattr(world, who)).get(after(world, order))
    assert answer.status_code == 404
    assert grouped(order.number) not in answer.content.decode()
