"""Quantities that cannot be: a word beside the field, nothing typed lost, nothing stored."""

import pytest
from django.test import Client
from django.utils.html import escape

from tests.web.customer.conftest import at, field
from tests.world import World
from tonerloop.fleet.models import Equipment
from tonerloop.orders.models import BasketLine

pytestmark = pytest.mark.django_db
NO_NUMBER = "Type a whole number from 0 to 500."
TOO_MANY = "is more than we can take on one line"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-1", NO_NUMBER),
        ("−3", NO_NUMBER),
        ("1.5", NO_NUMBER),
        ("1,5", NO_NUMBER),
        ("½", NO_NUMBER),
        ("1e3", NO_NUMBER),
        ("0x10", NO_NUMBER),
        ("ten", NO_NUMBER),
        ("two boxes <b>", NO_NUMBER),
        ("+", NO_NUMBER),
        ("++5", NO_NUMBER),
        ("٣", NO_NUMBER),
        ("1\x00", NO_NUMBER),
        ("\x07", NO_NUMBER),
        ("501", TOO_MANY),
        ("12000", TOO_MANY),
        ("12,000", NO_NUMBER),
        ("9" * 5000, TOO_MANY),
        ("x" * 5000, NO_NUMBER),
    ],
)
def test_a_word_beside_the_field(world: World, shop: Client, typed: str, said: str) -> None:
    bad, good = field(world.copier, world.black), field(world.copier, world.cyan)
    answer = shop.post(at("order"), {bad: typed, good: "7"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page.partition(f'id="{bad}-error"')[2][:200]
    assert f'name="{good}" value="7"' in page  # what was right stays typed too
    shown = "1⁄2" if typed == "½" else typed
    assert f'name="{bad}" value="{escape(shown)}"' in page
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("typed", ["", " ", "0", "000", "+0"])
def test_none_is_none(world: World, shop: Client, typed: str) -> None:
    answer = shop.post(at("order"), {field(world.copier, world.black): typed})
    assert answer.status_code == 302
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("typed", ["500", "+5", " 5 "])
def test_what_can_be_is_stored(world: World, shop: Client, typed: str) -> None:
    shop.post(at("order"), {field(world.copier, world.black): typed})
    assert BasketLine.objects.get().quantity == int(typed)


def test_an_item_that_was_taken_off_meanwhile_is_told(world: World, shop: Client) -> None:
    type(world.cyan).objects.filter(pk=world.cyan.pk).update(active=False)
    quantities = {field(world.copier, world.cyan): "2", field(world.copier, world.black): "7"}
    answer = shop.post(at("order"), quantities)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "no longer offered" in page
    assert f'name="{field(world.copier, world.black)}" value="7"' in page
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("item", ["misfit", "rival_toner"])
def test_an_item_that_does_not_fit_the_machine_is_refused(
    world: World, shop: Client, item: str
) -> None:
    answer = shop.post(at("order"), {field(world.copier, getattr(world, item)): "1"})
    assert answer.status_code == 422
    assert not BasketLine.objects.exists()


def test_anothers_machine_is_refused(world: World, shop: Client) -> None:
    foreign = Equipment.objects.get(serial_number="C-1002")
    answer = shop.post(at("order"), {field(foreign, world.black): "1"})
    assert answer.status_code == 422
    assert "Ward 1" not in answer.content.decode()
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("name", ["q-", "q-1", "q-a-b", "q-1-2-3", f"q-{'9' * 40}-1", "q-\x00-1"])
def test_a_field_that_no_page_has_stores_nothing(shop: Client, name: str) -> None:
    assert shop.post(at("order"), {name: "1"}).status_code in (302, 422)
    assert not BasketLine.objects.exists()
