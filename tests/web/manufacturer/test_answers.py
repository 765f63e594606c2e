"""The desk's yes and no."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from tests.web.manufacturer.conftest import at, now, requested, seen
from tests.world import World
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LONG = "x" * 10_000


def test_approved_with_day_and_reference(asked: Order, desk: Client) -> None:
    day = asked.expected_date + 2 * DAY
    given = seen(asked, promised_date=day.isoformat(), reference=" C-77 ")
    answer = desk.post(at("approve", asked), given, follow=True)
    assert "Buyer and seller are told." in answer.content.decode()
    order = now(asked)
    assert (order.status, order.promised_date) == (Status.APPROVED, day)
    assert order.manufacturer_reference == "C-77"
    assert [line.approved_quantity for line in order.lines.all()] == [2, 1]


def test_a_day_later_than_agreed_waits_for_the_buyer(world: World, desk: Client) -> None:
    order = world.place()
    wished = timezone.now().date() + 5 * DAY
    Order.objects.filter(pk=order.pk).update(agreed_date=wished)
    order = confirm_price(order.number, by=world.actor(world.sales))
    given = seen(order, promised_date=(wished + 3 * DAY).isoformat())
    page = desk.post(at("approve", order), given, follow=True).content.decode()
    assert "waits for the buyer’s yes" in page
    assert now(order).status == Status.WAITING
    page = desk.get(at("order", order)).content.decode()
    assert "which is later than agreed. The buyer is asked." in page
    assert at("approve", order) not in page


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("promised_date", "", "Choose the day on which the goods arrive."),
        ("promised_date", "2020-01-01", "This day has passed."),
        ("promised_date", "9999-12-31", "Choose a day within the next year."),
        ("promised_date", "soon", "Type a day such as 2026-12-24."),
        ("promised_date", "2026-02-30", "Type a day such as 2026-12-24."),
        ("promised_date", "\x00", "Type a day such as 2026-12-24."),
        ("promised_date", LONG, "Type a day such as 2026-12-24."),
        ("reference", LONG, "at most 40 characters"),
        ("reference", "bell \x07", "cannot be printed"),
        ("reference", "nul \x00", "Null characters are not allowed."),
        ("reference", "turn \u202e", "cannot be printed"),
    ],
)
def test_an_approval_that_cannot_be_is_told_beside_the_field(
    asked: Order, desk: Client, name: str, typed: str, said: str
) -> None:
    right = {"promised_date": asked.expected_date.isoformat(), "reference": "C-77"}
    answer = desk.post(at("approve", asked), seen(asked, **(right | {name: typed})))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page.partition(f'id="id_{name}-error"')[2][:200]
    assert escape(typed) in page
    assert all(value in page for other, value in right.items() if other != name)
    assert now(asked).status == Status.PRICE_CONFIRMED
    assert now(asked).manufacturer_reference == ""


def test_a_page_with_a_slip_in_it_keeps_its_version(asked: Order, desk: Client) -> None:
    old = asked.version
    Order.objects.filter(pk=asked.pk).update(version=old + 1)
    answer = desk.post(at("approve", asked), seen(asked, promised_date="soon"))
    assert f'name="version" value="{old}"' in answer.content.decode()


def test_cancelled_with_a_reason(asked: Order, desk: Client) -> None:
    given = seen(asked, reason="discontinued", text="Replaced by NPG-68")
    answer = desk.post(at("cancel", asked), given, follow=True)
    assert "Buyer and seller are told." in answer.content.decode()
    order = now(asked)
    assert (order.status, order.cancelled_side) == (Status.CANCELLED, "manufacturer")
    assert (order.cancel_reason, order.cancel_text) == ("discontinued", "Replaced by NPG-68")


@pytest.mark.parametrize(
    ("reason", "typed"),
    [
        ("", "No word why"),
        ("other", ""),
        ("other", "   "),
        ("declined", "not a desk’s reason"),
        ("customer_wish", "nor this"),
        ("nonsense", "x"),
        ("\x00", "x"),
        ("other", "x" * 501),
        ("other", "bell \x07"),
        ("other", "nul \x00"),
    ],
)
def test_without_a_right_reason_nothing_is_cancelled(
    asked: Order, desk: Client, reason: str, typed: str
) -> None:
    answer = desk.post(at("cancel", asked), seen(asked, reason=reason, text=typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="cancel" open' in page and "-error" in page and escape(typed) in page
    assert now(asked).status == Status.PRICE_CONFIRMED


def test_both_at_once_on_two_pages_only_one_counts(world: World, desk: Client) -> None:
    order = requested(world)
    given = seen(order, promised_date=order.expected_date.isoformat())
    assert desk.post(at("approve", order), given).status_code == 302
    late = desk.post(at("cancel", order), seen(order, reason="discontinued"))
    assert late.status_code == 409
    assert "Approved" in late.content.decode()
    assert now(order).status == Status.APPROVED
