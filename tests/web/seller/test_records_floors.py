"""The back office's screens of price floors and of the automatic confirmation."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from tonerloop.pricing.guarding import allow_confirmation, set_floor
from tonerloop.pricing.models import ConfirmationRule, Floor

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(world: World) -> Client:
    client = Client()
    client.force_login(world.back_office)
    return client


def url(name: str, *args: int) -> str:
    return reverse(f"seller:{name}", args=args)


def test_the_floor_for_all(world: World, office: Client) -> None:
    office.post(url("floors"), {"percent": "１２.５"})
    assert Floor.objects.get().percent == Decimal("12.50")
    assert "12.50" in office.get(url("floors")).content.decode()
    office.post(url("floors"), {"percent": ""})
    assert not Floor.objects.exists()


def test_an_own_floor_is_set_shown_changed_and_taken_away(world: World, office: Client) -> None:
    part = {"part_number": "npg-67-bk", "currency": "JPY"}
    office.post(url("floor_new"), {**part, "percent": "30"})
    page = office.get(url("floors")).content.decode()
    assert "NPG-67-BK" in page and "6,500" in page  # over the 5,000 of the purchase
    office.post(url("floor_new"), {**part, "amount": "7,000"})
    own = Floor.objects.get()
    assert (own.percent, own.amount, own.currency) == (None, 7000, "JPY")
    assert "No item" in office.get(url("floors"), {"q": "ABC"}).content.decode()
    office.post(url("floor_remove", own.pk))
    assert not Floor.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"part_number": "NPG-67-BK"}, "percent"),
        ({"part_number": "NPG-67-BK", "percent": "5", "amount": "5"}, "percent"),
        ({"part_number": "NPG-67-BK", "amount": "5.5"}, "amount"),
        ({"part_number": "NPG-67-BK", "percent": "600"}, "percent"),
        ({"part_number": "NPG-67-BK", "percent": "a lot"}, "percent"),
        ({"part_number": "XXL", "percent": "5"}, "part_number"),
    ],
)
def test_what_is_no_floor(world: World, office: Client, typed: dict[str, str], field: str) -> None:
    answer = office.post(url("floor_new"), {"currency": "JPY", **typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Floor.objects.exists()


def test_only_the_own_floors(world: World, office: Client) -> None:
    rival = world.actor(world.rival_back_office)
    foreign = set_floor(world.black.pk, percent=Decimal(77), by=rival)
    assert "77%" not in office.get(url("floors")).content.decode()
    assert office.post(url("floor_remove", foreign.pk)).status_code == 404
    assert Floor.objects.get() == foreign


def test_switched_on_changed_and_off_on_the_customers_page(world: World, office: Client) -> None:
    page = url("customer", world.office.pk)
    assert "up to" not in office.get(page).content.decode()
    on = office.post(url("confirmation", world.office.pk), {"ceiling": "50,000"}, follow=True)
    assert "up to JP¥50,000" in on.content.decode() and "Bo Backoffice" in on.content.decode()
    assert not ConfirmationRule.objects.get().with_list
    office.post(url("confirmation", world.office.pk), {"ceiling": "50000", "with_list": "on"})
    assert ConfirmationRule.objects.get(ended_at=None).with_list
    office.post(url("confirmation_end", world.office.pk))
    assert not ConfirmationRule.objects.filter(ended_at=None).exists()
    assert "up to" not in office.get(page).content.decode()


@pytest.mark.parametrize("ceiling", ["", "0", "-1", "10.5", "much"])
def test_what_is_no_ceiling(world: World, office: Client, ceiling: str) -> None:
    answer = office.post(url("confirmation", world.office.pk), {"ceiling": ceiling})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["ceiling"]
    assert not ConfirmationRule.objects.exists()


def test_a_rivals_customer_is_not_there(world: World, office: Client) -> None:
    by = world.actor(world.rival_back_office)
    allow_confirmation(world.foreign_office.pk, Decimal(5), by=by)
    foreign = world.foreign_office.pk
    assert office.get(url("confirmation", foreign)).status_code == 404
    assert office.post(url("confirmation", foreign), {"ceiling": "9"}).status_code == 404
    assert office.post(url("confirmation_end", foreign)).status_code == 404
    assert ConfirmationRule.objects.get().ended_at is None
