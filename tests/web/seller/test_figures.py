"""The figures page of the back office."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.seller.test_orders import delivered, logged_in
from tests.world import World
from tonerloop.orders.actions import cancel, record_returns
from tonerloop.web.seller.figures import duration

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world: World) -> Client:
    return logged_in(world.back_office)


def test_what_is_counted_is_shown(world: World, office: Client) -> None:
    record_returns(delivered(world).number, {1: 1}, "wrong_item", by=world.actor(world.sales))
    cancel(world.place().number, "out_of_stock", by=world.actor(world.sales))
    page = office.get(reverse("seller:figures")).content.decode()
    assert "33.3" in page  # of 3 pieces delivered, 1 came back as the wrong item
    assert "Out of stock" in page
    assert "¥28,000" in page


def test_nothing_yet(world: World) -> None:
    page = logged_in(world.rival_back_office).get(reverse("seller:figures"))
    assert page.status_code == 200
    assert "No orders" in page.content.decode()


@pytest.mark.parametrize(("asked", "shown"), [("30", 30), ("365", 365), ("7", 90), ("x", 90)])
def test_periods(office: Client, asked: str, shown: int) -> None:
    assert office.get(reverse("seller:figures"), {"days": asked}).context["days"] == shown


def test_few_queries(world: World, office: Client, django_assert_max_num_queries: Any) -> None:
    world.place()
    with django_assert_max_num_queries(12):
        office.get(reverse("seller:figures"))


@pytest.mark.parametrize("who", ["desk", "buyer", "sales"])
def test_other_roles_stay_out(world: World, who: str) -> None:
    assert logged_in(getattr(world, who)).get(reverse("seller:figures")).status_code == 403


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (38.4, "38 min"), (320, "5 h 20 min"), (4 * 24 * 60 + 61, "4 days 1 h")],
)
def test_durations(minutes: float, words: str) -> None:
    assert duration(minutes) == words
