"""One order: what the buyer sees of it, cancelling, confirming the delivery."""

import pytest
from django.test import Client
from django.utils.html import escape

from tests.lively import enliven
from tests.web.customer.conftest import at, logged_in
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.django_db
VERBS = ["cancel", "answer", "delivered"]


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def seen(order: Order, **more: str) -> dict[str, str]:
    return {"version": str(order.version), **more}


def test_it_shows_all_that_was_ordered(world: World, shop: Client) -> None:
    page = shop.get(at("one", world.place())).content.decode()
    for text in ("NPG-67-BK", "8,000", "30,800", "Head office", "Sato Sales", "Canon"):
        assert text in page
    assert "5,000" not in page  # what the seller pays


def test_it_says_who_has_the_order_now(world: World, shop: Client) -> None:
    order = world.place()
    page = shop.get(at("one", order)).content.decode()
    assert "Waiting for Sato Sales to confirm the price, by " in page
    confirm_price(order.number, by=world.actor(world.sales))
    page = shop.get(at("one", order)).content.decode()
    assert "The order is with Canon, waiting for approval by " in page


@pytest.mark.parametrize("who", ["branch_buyer", "rival_buyer", "foreign_buyer"])
def test_rivals_find_nothing(world: World, who: str) -> None:
    order, client = world.place(), logged_in(getattr(world, who))
    assert client.get(at("one", order)).status_code == 404
    for verb in VERBS:
        given = seen(order, reason="duplicate", answer="accept", reply="Yes")
        assert client.post(at(verb, order), given).status_code == 404
    assert now(order).version == order.version


# --- cancelling


def test_cancelled_with_a_reason(world: World, shop: Client) -> None:
    order = world.place()
    answer = shop.post(at("cancel", order), seen(order, reason="duplicate"), follow=True)
    assert "The order is cancelled." in answer.content.decode()
    assert (now(order).status, now(order).cancel_reason) == (Status.CANCELLED, "duplicate")


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("", ""),
        ("other", ""),
        ("other", "  "),
        ("declined", "not a buyer’s reason"),
        ("credit", "nor this"),
        ("\x00", ""),
        ("other", "x" * 501),
        ("other", "bell \x07"),
        ("other", "nul \x00"),
    ],
)
def test_without_a_right_reason_nothing_is_cancelled(
    world: World, shop: Client, reason: str, text: str
) -> None:
    order = world.place()
    answer = shop.post(at("cancel", order), seen(order, reason=reason, text=text))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="cancel" open' in page and "-error" in page
    assert escape(text) in page
    assert now(order).status == Status.PLACED


def test_approved_it_cannot_be_cancelled(world: World, shop: Client) -> None:
    order = enliven(world)["approved"]
    assert at("cancel", order) not in shop.get(at("one", order)).content.decode()
    answer = shop.post(at("cancel", order), seen(order, reason="duplicate"))
    assert answer.status_code == 409
    assert "Approved" in answer.content.decode()
    assert now(order).status == Status.APPROVED


# --- stale pages


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "99", "9" * 30, "\x00"])
def test_a_page_of_another_version_changes_nothing(
    world: World, shop: Client, version: str
) -> None:
    order = world.place()
    answer = shop.post(at("cancel", order), {"version": version, "reason": "duplicate"})
    assert answer.status_code == 409
    assert "has changed since you opened the page" in answer.content.decode()
    assert now(order).status == Status.PLACED


def test_an_order_that_moved_on_is_told_with_its_status(world: World, shop: Client) -> None:
    old = world.place()
    confirm_price(old.number, by=world.actor(world.sales))
    entries = Entry.objects.count()
    answer = shop.post(at("cancel", old), seen(old, reason="duplicate"))
    assert answer.status_code == 409
    assert "Price confirmed" in answer.content.decode()
    assert now(old).status == Status.PRICE_CONFIRMED
    assert Entry.objects.count() == entries


# --- the delivery


def test_the_delivery_is_confirmed(world: World, shop: Client) -> None:
    order = enliven(world)["shipped"]
    assert "Confirm the delivery" in shop.get(at("one", order)).content.decode()
    shop.post(at("delivered", order), seen(order))
    assert (now(order).status, now(order).delivery_assumed) == (Status.DELIVERED, False)
    assert [line.delivered_quantity for line in order.lines.all()] == [2, 1]


def test_a_part_is_confirmed_and_the_rest_waited_for(world: World, shop: Client) -> None:
    order = enliven(world)["partly"]
    shop.post(at("delivered", order), seen(order))
    assert now(order).status == Status.PARTLY_SHIPPED
    assert [line.delivered_quantity for line in order.lines.all()] == [1, 0]


def test_confirmed_twice_it_is_told(world: World, shop: Client) -> None:
    order = enliven(world)["shipped"]
    shop.post(at("delivered", order), seen(order))
    assert shop.post(at("delivered", order), seen(order)).status_code == 409


def test_what_was_not_shipped_has_not_arrived(world: World, shop: Client) -> None:
    order = enliven(world)["approved"]
    assert "Confirm the delivery" not in shop.get(at("one", order)).content.decode()
    assert shop.post(at("delivered", order), seen(order)).status_code == 409
    assert now(order).status == Status.APPROVED


@pytest.mark.parametrize("verb", VERBS)
def test_a_look_changes_nothing(world: World, shop: Client, verb: str) -> None:
    assert shop.get(at(verb, world.place())).status_code == 405


def test_a_stale_page_with_a_slip_in_it_stays_stale(world: World, shop: Client) -> None:
    old = world.place()
    confirm_price(old.number, by=world.actor(world.sales))
    answer = shop.post(at("cancel", old), seen(old, reason="", text="twice"))
    assert answer.status_code == 422
    assert f'name="version" value="{old.version}"' in answer.content.decode()


def test_the_tabs_title_is_the_number_and_no_markup(world: World, shop: Client) -> None:
    order = world.place()
    page = shop.get(at("one", order)).content.decode()
    assert f"<title>{order} · Tonerloop</title>" in page
