"""What waits for the buyer: accept, decline, reply."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from tests.web.customer.conftest import at, logged_in
from tests.world import World
from tonerloop.orders.actions import Changes, approve, ask, cancel, confirm_price, propose
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def dearer(world: World, *items: Any, **more: Any) -> Order:
    """An order of black and cyan, for which the seller asks more for these items."""
    order = world.place()
    lines = order.lines.filter(consumable__in=items)
    prices = {line.pk: Decimal(20500) for line in lines}
    return propose(order.number, Changes(prices=prices, **more), by=world.actor(world.sales))


def answer(shop: Client, order: Order, said: str, **more: Any) -> Any:
    given = {"version": order.version, "answer": said, **more}
    return shop.post(at("answer", order), given)


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_old_and_new_stand_side_by_side_with_the_note(world: World, shop: Client) -> None:
    order = dearer(world, world.black, note="New list <price>")
    page = shop.get(at("one", order)).content.decode()
    assert "A change for your yes" in page
    assert "8,000" in page and "20,500" in page and "New list &lt;price&gt;" in page


def test_accepted_it_goes_on_at_the_new_price(world: World, shop: Client) -> None:
    order = dearer(world, world.black)
    assert answer(shop, order, "accept").status_code == 302
    assert now(order).status == Status.PRICE_CONFIRMED
    assert order.lines.get(consumable=world.black).unit_price == 20500
    assert now(order).subtotal == 2 * 20500 + 12000


def test_one_of_two_can_be_left_out(world: World, shop: Client) -> None:
    order = dearer(world, world.black, world.cyan)
    left_out = order.lines.get(consumable=world.cyan).pk
    answer(shop, order, "accept", declined=[left_out])
    assert now(order).status == Status.PRICE_CONFIRMED
    assert order.lines.get(pk=left_out).state == "rejected"
    assert now(order).subtotal == 2 * 20500


@pytest.mark.parametrize("declined", ["x", "\x00", "-1", "9" * 40])
def test_a_line_that_is_not_there_is_not_left_out(
    world: World, shop: Client, declined: str
) -> None:
    order = dearer(world, world.black)
    answer(shop, order, "accept", declined=[declined])
    assert now(order).subtotal == 2 * 20500 + 12000


def test_a_line_that_was_not_changed_cannot_be_left_out(world: World, shop: Client) -> None:
    order = dearer(world, world.black)
    for line in (0, order.lines.get(consumable=world.cyan).pk):
        said = answer(shop, order, "accept", declined=[str(line)])
        assert said.status_code in (409, 422)
        assert "Only lines that were changed can be declined." in said.content.decode()
    assert now(order).status == Status.WAITING


def test_declined_the_rest_goes_on(world: World, shop: Client) -> None:
    order = dearer(world, world.black)
    answer(shop, order, "decline")
    assert now(order).status == Status.PRICE_CONFIRMED
    assert order.lines.get(consumable=world.black).state == "rejected"
    assert now(order).subtotal == 12000


def test_declined_with_nothing_left_it_is_cancelled(world: World, shop: Client) -> None:
    order = dearer(world, world.black, world.cyan)
    answer(shop, order, "decline")
    assert (now(order).status, now(order).cancel_reason) == (Status.CANCELLED, "declined")


def test_a_later_day_is_accepted(world: World, shop: Client) -> None:
    order = world.place()
    later = order.expected_date + 9 * DAY
    order = propose(order.number, Changes(new_date=later), by=world.actor(world.sales))
    answer(shop, order, "accept")
    assert (now(order).status, now(order).agreed_date) == (Status.PRICE_CONFIRMED, later)


def test_a_later_promise_of_the_manufacturer_is_approved_by_the_yes(
    world: World, shop: Client
) -> None:
    order = world.place()
    wished = timezone.now().date() + 5 * DAY
    Order.objects.filter(pk=order.pk).update(agreed_date=wished)
    confirm_price(order.number, by=world.actor(world.sales))
    order = approve(order.number, wished + 4 * DAY, "C-7", by=world.actor(world.desk))
    answer(shop, order, "accept")
    assert (now(order).status, now(order).promised_date) == (Status.APPROVED, wished + 4 * DAY)


def test_a_reply_goes_back_to_whoever_asked(world: World, shop: Client) -> None:
    order = ask(world.place().number, "Which floor?", by=world.actor(world.sales))
    page = shop.get(at("one", order)).content.decode()
    assert "A question for you" in page and "Which floor?" in page
    answer(shop, order, "reply", reply="The third one")
    assert now(order).status == Status.PLACED
    assert "The third one" in shop.get(at("one", order)).content.decode()


def test_a_change_can_be_answered_in_words(world: World, shop: Client) -> None:
    order = dearer(world, world.black)
    answer(shop, order, "reply", reply="Too much for us")
    assert now(order).status == Status.PLACED
    assert order.lines.get(consumable=world.black).unit_price == 8000


@pytest.mark.parametrize(
    "reply", ["", "   ", "x" * 501, "bell \x07", "nul \x00", "\u202e"], ids=repr
)
@pytest.mark.parametrize("said", ["reply", "", "nonsense", "accept", "decline"])
def test_a_question_is_answered_in_words_that_can_be_read(
    world: World, shop: Client, said: str, reply: str
) -> None:
    order = ask(world.place().number, "Which floor?", by=world.actor(world.sales))
    told = answer(shop, order, said, reply=reply)
    page = told.content.decode()
    assert told.status_code == 422
    assert 'id="id_reply-error"' in page and escape(reply) in page
    assert now(order).status == Status.WAITING


def test_the_typed_reply_stays_where_a_yes_is_no_answer(world: World, shop: Client) -> None:
    order = ask(world.place().number, "Which floor?", by=world.actor(world.sales))
    told = answer(shop, order, "accept", reply="The third one")
    assert told.status_code == 422
    assert "The third one" in told.content.decode()


@pytest.mark.parametrize("said", ["accept", "decline", "reply"])
def test_a_late_answer_changes_nothing_and_is_told(world: World, shop: Client, said: str) -> None:
    order = dearer(world, world.black)
    cancel(order.number, "credit", by=world.actor(world.sales))
    late = answer(shop, order, said, reply="Yes")
    assert late.status_code == 409
    assert "Cancelled" in late.content.decode()
    assert now(order).status == Status.CANCELLED


@pytest.mark.parametrize("said", ["accept", "decline", "reply"])
def test_answered_twice_it_is_answered_once(world: World, shop: Client, said: str) -> None:
    order = dearer(world, world.black)
    words = "Yes" if said == "reply" else ""
    answer(shop, order, said, reply=words)
    first = now(order)
    assert answer(shop, order, said, reply=words).status_code == 409
    assert now(order).version == first.version


def test_nothing_waits_nothing_is_answered(world: World, shop: Client) -> None:
    order = world.place()
    assert answer(shop, order, "accept").status_code == 409
    assert now(order).status == Status.PLACED


def test_the_note_to_a_better_price_is_read_by_buyer_and_seller_alone(
    world: World, shop: Client
) -> None:
    order = world.place()
    prices = {order.lines.get(consumable=world.black).pk: Decimal(7000)}
    better = Changes(prices=prices, note="Summer <deal>")
    propose(order.number, better, by=world.actor(world.sales))
    phone, desk = logged_in(world.sales), logged_in(world.desk)
    note = escape(better.note)
    assert note in shop.get(at("one", order)).content.decode()
    assert note in phone.get(f"/sales/{order.number}/").content.decode()
    page = desk.get(f"/desk/orders/{order.number}/").content.decode()
    assert "price confirmed" in page and note not in page


def test_the_note_to_a_change_is_not_the_desks_to_read(world: World, shop: Client) -> None:
    order = dearer(world, world.black, note="New list price")
    answer(shop, order, "accept")
    page = logged_in(world.desk).get(f"/desk/orders/{order.number}/").content.decode()
    assert "price confirmed" in page and "New list price" not in page


def test_nobody_proposes_a_day_beyond_the_next_year(world: World) -> None:
    number, far = world.place().number, Changes(new_date=date.max)
    with pytest.raises(Refused, match="within the next year"):
        propose(number, far, by=world.actor(world.sales))
