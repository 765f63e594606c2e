"""A manufacturer answers line by line: the worse waits for the buyer, the dearer for the seller."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import (
    AnsweredOtherwise,
    LineSaid,
    accept_change,
    answer_lines,
    approve,
    cancel,
    confirm_price,
    decline_change,
    reply,
    ship,
)
from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.orders.order_screen import order_screen
from tonerloop.orders.states import IllegalMove, Status
from tonerloop.pricing.models import PurchasePrice

pytestmark = pytest.mark.django_db
Kind = LineAnswer.Kind


def soon(days: int = 5) -> date:
    return timezone.now().date() + timedelta(days=days)


def yes(**more: Any) -> LineSaid:
    return LineSaid(**{"kind": Kind.ACCEPTED, "promised_date": soon(), **more})


def changed(**more: Any) -> LineSaid:
    return yes(kind=Kind.CHANGED, **more)


def no(reason: str = "out_of_stock", text: str = "") -> LineSaid:
    return LineSaid(kind=Kind.REJECTED, reason=reason, text=text)


@pytest.fixture
def asked(world: World) -> Order:
    """2 black and 1 cyan, price confirmed."""
    return confirm_price(world.place().number, by=world.actor(world.sales))


@pytest.fixture
def say(world: World, asked: Order) -> Any:
    """What the desk says of lines, by position; the order as it is then."""

    def said(*told: tuple[int, LineSaid], reference: str = "", **more: Any) -> Order:
        desk = world.actor(world.desk)
        return answer_lines(asked.number, dict(told), reference, by=desk, **more)

    return said


def states(order: Order) -> list[tuple[str, int]]:
    return [(line.state, line.approved_quantity) for line in order.lines.all()]


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def events(order: Order) -> list[str]:
    return list(
        Entry.objects.filter(subject_id=order.pk).order_by("pk").values_list("event", flat=True)
    )


# --- several answers until complete


def test_while_a_line_is_open_the_order_waits(asked: Order, say: Any) -> None:
    due = list(Deadline.objects.filter(closed_at=None).values_list("due_at"))
    order = say((1, yes()), reference="AB-1")
    assert (order.status, order.version) == (Status.PRICE_CONFIRMED, asked.version + 1)
    assert states(order) == [("open", 0), ("open", 0)]
    assert order.approval_requests.get().closed_at is None
    assert list(Deadline.objects.filter(closed_at=None).values_list("due_at")) == due
    told = Entry.objects.filter(event=Event.ORDER_LINES_ANSWERED).get()
    assert (told.data["answered"], told.data["of"]) == (1, 2)
    assert sorted(told.audience) == ["manufacturer", "seller"]


def test_all_accepted_is_approved(asked: Order, say: Any) -> None:
    say((1, yes()), reference="AB-1")
    order = say((2, yes(promised_date=soon(9))))
    assert (order.status, order.manufacturer_reference) == (Status.APPROVED, "AB-1")
    assert states(order) == [("accepted", 2), ("accepted", 1)]
    assert [line.promised_date for line in order.lines.all()] == [soon(), soon(9)]
    assert order.promised_date == soon(9)
    assert order.approval_requests.get().outcome == "approved"
    assert (order.total, order.subtotal) == (asked.total, asked.subtotal)


def test_an_approval_accepts_what_is_still_open(world: World, asked: Order, say: Any) -> None:
    say((1, yes()))
    order = approve(asked.number, soon(3), "AB-2", by=world.actor(world.desk))
    assert order.status == Status.APPROVED
    assert [line.promised_date for line in order.lines.all()] == [soon(), soon(3)]
    assert order.promised_date == soon()


def test_an_approval_of_the_rest_does_not_hide_what_is_worse(
    world: World, asked: Order, say: Any
) -> None:
    say((1, changed(quantity=1)))
    order = approve(asked.number, soon(3), by=world.actor(world.desk))
    assert order.status == Status.WAITING


def test_a_cancellation_ends_the_whole_order(world: World, asked: Order, say: Any) -> None:
    say((1, yes()))
    order = cancel(asked.number, "discontinued", by=world.actor(world.desk))
    assert order.status == Status.CANCELLED
    assert order.approval_requests.get().outcome == "cancelled"


# --- the same again, and something else


def test_the_same_answer_twice_is_one(asked: Order, say: Any) -> None:
    told = ((1, changed(quantity=1)), (2, no(text="none left")))
    first = say(*told, seen_version=asked.version)
    before = events(asked)
    second = say(*told, seen_version=asked.version)
    assert (second.status, second.version) == (first.status, first.version)
    assert events(asked) == before
    assert LineAnswer.objects.count() == 2


def test_more_lines_with_what_was_said_before(asked: Order, say: Any) -> None:
    say((1, yes()))
    order = say((1, yes()), (2, yes()))
    assert order.status == Status.APPROVED


@pytest.mark.parametrize(
    "other", [no(), changed(quantity=1), yes(promised_date=soon(6))], ids=["no", "fewer", "day"]
)
@pytest.mark.parametrize("ended", [False, True])
def test_another_answer_is_refused_with_what_was_recorded(
    asked: Order, say: Any, other: LineSaid, ended: bool
) -> None:
    say((1, yes()), *([(2, yes())] if ended else []))
    before = now(asked)
    with pytest.raises(AnsweredOtherwise) as told:
        say((1, other), *([] if ended else [(2, yes())]))
    assert [one.line.position for one in told.value.recorded] == [1]
    assert now(asked).version == before.version
    assert LineAnswer.objects.count() == (2 if ended else 1)


def test_another_reference_is_refused_too(asked: Order, say: Any) -> None:
    say((1, yes()), reference="AB-1")
    say((1, yes()))
    with pytest.raises(AnsweredOtherwise):
        say((1, yes()), reference="AB-2")


def test_a_stale_answer_changes_nothing(asked: Order, say: Any) -> None:
    say((1, yes()))
    with pytest.raises(Stale):
        say((2, yes()), seen_version=asked.version)
    assert LineAnswer.objects.count() == 1


def test_after_the_buyers_cancellation_even_the_same_is_told(
    world: World, asked: Order, say: Any
) -> None:
    say((1, yes()))
    cancel(asked.number, "duplicate", by=world.actor(world.buyer))
    for told in (1, 2):
        with pytest.raises(IllegalMove):
            say((told, yes()))
    assert LineAnswer.objects.count() == 1


def test_after_an_approval_lines_cannot_be_answered(world: World, asked: Order, say: Any) -> None:
    approve(asked.number, soon(), by=world.actor(world.desk))
    with pytest.raises(IllegalMove):
        say((1, yes()))


# --- what cannot be said


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (changed(quantity=3), "quantity-1"),
        (changed(quantity=0), "quantity-1"),
        (yes(promised_date=None), "promised_date-1"),
        (yes(promised_date=soon(-2)), "promised_date-1"),
        (changed(substitute="NPG-67-C"), "substitute-1"),
        (changed(substitute="NPG-67-BK"), "substitute-1"),
        (changed(substitute="NPG-67-BK-L"), "purchase_price-1"),
        (changed(price=Decimal(6000), currency="EUR"), "purchase_price-1"),
        (changed(price=Decimal("6000.50"), currency="JPY"), "purchase_price-1"),
        (changed(price=Decimal(-1), currency="JPY"), "purchase_price-1"),
        (no(reason=""), "reason-1"),
        (no(reason="declined"), "reason-1"),
        (no(reason="customer_wish"), "reason-1"),
        (no(reason="other", text=" "), "text-1"),
    ],
)
def test_what_cannot_be_carried_out_names_its_field(
    asked: Order, say: Any, said: LineSaid, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        say((2, yes()), (1, said))
    assert refusal.value.field == field
    assert not LineAnswer.objects.exists() and now(asked).version == asked.version


def test_unknown_lines_are_refused(asked: Order, say: Any) -> None:
    with pytest.raises(Refused) as refusal:
        say((3, yes()))
    assert refusal.value.field == "position-3"
    with pytest.raises(Refused):
        say()


def test_strangers_find_nothing(world: World, asked: Order) -> None:
    for who, error in (("rival_desk", Order.DoesNotExist), ("buyer", NotAllowed)):
        with pytest.raises(error):
            answer_lines(asked.number, {1: yes()}, by=world.actor(getattr(world, who)))
    assert not LineAnswer.objects.exists()


def test_an_answer_is_never_edited(asked: Order, say: Any) -> None:
    say((1, yes()))
    with pytest.raises(DatabaseError), transaction.atomic():
        LineAnswer.objects.update(kind="rejected")


# --- worse for the customer: the buyer decides


def test_fewer_pieces_wait_for_the_buyer(world: World, asked: Order, say: Any) -> None:
    order = say((1, changed(quantity=1)), (2, yes()))
    assert (order.status, order.total) == (Status.WAITING, asked.total)
    assert order.approval_requests.get().outcome == "changed"
    change = order.proposals.get().lines.get()
    assert (change.old_quantity, change.new_quantity) == (2, 1)
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert order.status == Status.APPROVED
    assert states(order) == [("accepted", 1), ("accepted", 1)]
    assert order.subtotal == Decimal(8000 + 12000)
    assert order.lines.get(position=1).ordered_quantity == 2


def test_no_more_is_shipped_than_was_agreed(world: World, asked: Order, say: Any) -> None:
    say((1, changed(quantity=1)), (2, no()))
    accept_change(asked.number, by=world.actor(world.buyer))
    desk = world.actor(world.desk)
    for too_many in ({1: 2}, {2: 1}, {3: 1}):
        with pytest.raises(Refused):
            ship(asked.number, too_many, by=desk)
    assert ship(asked.number, {1: 1}, by=desk).status == Status.SHIPPED


def test_only_what_was_agreed_is_on_its_way(world: World, asked: Order, say: Any) -> None:
    def coming() -> dict[int, int]:
        supplies = order_screen(world.actor(world.buyer)).fields.values()
        return {one.consumable_id: one.coming for one in supplies}

    assert coming()[world.black.pk] == 2
    say((1, changed(quantity=1)), (2, yes()))
    accept_change(asked.number, by=world.actor(world.buyer))
    assert (coming()[world.black.pk], coming()[world.cyan.pk]) == (1, 1)


def test_the_no_rejects_what_was_changed(world: World, asked: Order, say: Any) -> None:
    say((1, changed(quantity=1)), (2, yes()))
    order = decline_change(asked.number, by=world.actor(world.buyer))
    assert order.status == Status.APPROVED
    assert states(order) == [("rejected", 0), ("accepted", 1)]
    assert order.subtotal == Decimal(12000)


def test_a_lost_line_is_put_to_the_buyer(world: World, asked: Order, say: Any) -> None:
    order = say((1, yes()), (2, no("discontinued", "No more of it")))
    change = order.proposals.get().lines.get()
    assert (change.new_quantity, change.reason, change.text) == (0, "discontinued", "No more of it")
    with pytest.raises(Refused):  # there is nothing to decline about it alone
        accept_change(order.number, by=world.actor(world.buyer), declined=[change.line_id])
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert order.status == Status.APPROVED
    assert states(order) == [("accepted", 2), ("rejected", 0)]
    assert order.subtotal == Decimal(16000)


def test_the_no_to_going_on_without_a_line_ends_the_order(
    world: World, asked: Order, say: Any
) -> None:
    say((1, yes()), (2, no()))
    order = decline_change(asked.number, by=world.actor(world.buyer))
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, "declined")


def test_lost_and_declined_leave_nothing(world: World, asked: Order, say: Any) -> None:
    order = say((1, changed(quantity=1)), (2, no()))
    first = order.lines.get(position=1).pk
    order = accept_change(order.number, by=world.actor(world.buyer), declined=[first])
    assert (order.status, order.cancel_reason) == (Status.CANCELLED, "declined")


def test_all_rejected_is_cancelled(world: World, asked: Order, say: Any) -> None:
    say((1, no("out_of_stock", "Gone")))
    order = say((2, no("out_of_stock")))
    assert (order.status, order.cancelled_side) == (Status.CANCELLED, "manufacturer")
    assert (order.cancel_reason, order.cancel_text) == ("out_of_stock", "Gone")
    assert order.approval_requests.get().outcome == "cancelled"
    assert say((2, no("out_of_stock"))).status == Status.CANCELLED


def test_all_rejected_for_different_reasons_names_each(asked: Order, say: Any) -> None:
    order = say((1, no("out_of_stock")), (2, no("other", "Recalled")))
    assert order.cancel_reason == "other"
    assert order.cancel_text == "NPG-67-BK: Out of stock; NPG-67-C: Recalled"


def test_only_a_day_later_than_agreed_waits(world: World, asked: Order, say: Any) -> None:
    Order.objects.filter(pk=asked.pk).update(agreed_date=soon(5))
    order = say((1, yes(promised_date=soon(5))), (2, yes(promised_date=soon(8))))
    change = order.proposals.get().lines.get()
    assert (change.line.position, change.old_date, change.new_date) == (2, soon(5), soon(8))
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert (order.status, order.promised_date) == (Status.APPROVED, soon(8))


def test_a_later_day_where_none_was_agreed_holds_at_once(asked: Order, say: Any) -> None:
    assert say((1, yes()), (2, changed(promised_date=soon(30)))).status == Status.APPROVED


def test_a_substitute_waits_and_brings_its_purchase_price(
    world: World, asked: Order, say: Any
) -> None:
    named = {"price": Decimal(4800), "currency": "JPY"}
    order = say((1, changed(substitute="NPG-67-BK-L", **named)), (2, yes()))
    assert order.status == Status.WAITING
    order = accept_change(order.number, by=world.actor(world.buyer))
    line = order.lines.get(position=1)
    assert (line.consumable, line.substitute_for) == (world.other_black, world.black)
    assert (line.unit_price, line.price_from) == (Decimal(8000), "customer")
    assert (line.purchase_price, line.state) == (Decimal(4800), "accepted")


def test_a_reply_opens_a_new_request_for_all_lines(world: World, asked: Order, say: Any) -> None:
    say((1, changed(quantity=1)), (2, yes()))
    order = reply(asked.number, "Both, or none", by=world.actor(world.buyer))
    assert (order.status, states(order)) == (Status.PRICE_CONFIRMED, [("open", 0), ("open", 0)])
    order = say((1, yes()), (2, yes()), seen_version=order.version)
    assert order.status == Status.APPROVED
    assert states(order) == [("accepted", 2), ("accepted", 1)]


# --- the purchase price is the seller's concern


def test_a_dearer_purchase_price_goes_back_to_the_seller(
    world: World, asked: Order, say: Any
) -> None:
    dearer = changed(price=Decimal(6150), currency="JPY")
    order = say((1, dearer), (2, no()))
    assert order.status == Status.PLACED
    assert order.approval_requests.get().outcome == "changed"
    assert order.lines.get(position=1).purchase_price == Decimal(6150)
    assert states(order) == [("open", 0), ("open", 0)]  # the rest is answered anew
    assert not order.proposals.exists()
    open_ones = order.deadlines.filter(closed_at=None)
    assert {row.status for row in open_ones} == {Status.PLACED}
    assert events(order)[-2:] == ["order.lines_answered", "order.given_back"]
    assert say((1, dearer), (2, no())).version == order.version

    order = confirm_price(order.number, by=world.actor(world.sales))
    order = say((1, dearer), (2, yes()), seen_version=order.version)
    assert order.status == Status.APPROVED


def test_a_given_back_order_is_not_confirmed_by_rule(world: World, asked: Order, say: Any) -> None:
    from tonerloop.orders.actions import confirm_by_rule
    from tonerloop.pricing.guarding import allow_confirmation

    by = world.actor(world.back_office)
    allow_confirmation(world.office.pk, Decimal(500000), with_list=True, by=by)
    say((1, changed(price=Decimal(6150), currency="JPY")), (2, yes()))
    assert not confirm_by_rule(asked.pk)


def test_a_cheaper_purchase_price_holds_at_once(asked: Order, say: Any) -> None:
    order = say((1, changed(price=Decimal(4000), currency="JPY")), (2, yes()))
    assert order.status == Status.APPROVED
    assert order.lines.get(position=1).purchase_price == Decimal(4000)


def test_a_first_purchase_price_goes_to_the_seller(asked: Order, say: Any) -> None:
    asked.lines.update(purchase_price=None, purchase_currency="")
    order = say((1, changed(price=Decimal(100), currency="JPY")), (2, yes()))
    assert order.status == Status.PLACED


def test_a_substitute_that_the_seller_pays_more_for_goes_to_the_seller(
    world: World, asked: Order, say: Any
) -> None:
    PurchasePrice.objects.create(
        seller=world.seller,
        manufacturer=world.maker,
        consumable=world.other_black,
        currency="JPY",
        unit_price=Decimal(7000),
        first_day=date(2020, 1, 1),
    )
    order = say((1, changed(substitute="NPG-67-BK-L")), (2, yes()))
    assert order.status == Status.PLACED
    order = confirm_price(order.number, by=world.actor(world.sales))
    order = say((1, changed(substitute="NPG-67-BK-L")), (2, yes()))
    assert order.status == Status.WAITING
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert order.lines.get(position=1).purchase_price == Decimal(7000)


def instead(price: int) -> LineSaid:
    return changed(substitute="NPG-67-BK-L", price=Decimal(price), currency="JPY")


def test_a_dearer_substitutes_price_is_not_that_of_the_item_ordered(
    world: World, asked: Order, say: Any
) -> None:
    order = say((1, instead(7000)), (2, yes()))
    assert order.status == Status.PLACED
    assert order.lines.get(position=1).purchase_price == Decimal(5000)
    confirm_price(order.number, by=world.actor(world.sales))
    order = say((1, yes()), (2, yes()))  # the item itself after all
    assert order.status == Status.APPROVED
    assert order.lines.get(position=1).purchase_price == Decimal(5000)


@pytest.mark.parametrize(
    ("price", "status"), [(7000, Status.WAITING), (6000, Status.WAITING), (7001, Status.PLACED)]
)
def test_a_substitutes_price_that_the_seller_knows_goes_on(
    world: World, asked: Order, say: Any, price: int, status: Status
) -> None:
    say((1, instead(7000)), (2, yes()))
    confirm_price(asked.number, by=world.actor(world.sales))
    assert say((1, instead(price)), (2, yes())).status == status
    if status == Status.WAITING:
        order = accept_change(asked.number, by=world.actor(world.buyer))
        line = order.lines.get(position=1)
        assert (line.consumable, line.purchase_price) == (world.other_black, Decimal(price))


def test_a_substitutes_known_price_does_not_cover_the_item_itself(
    world: World, asked: Order, say: Any
) -> None:
    say((1, instead(7000)), (2, yes()))
    confirm_price(asked.number, by=world.actor(world.sales))
    order = say((1, changed(price=Decimal(6000), currency="JPY")), (2, yes()))
    assert order.status == Status.PLACED


def test_the_buyer_reads_no_purchase_price(world: World, asked: Order, say: Any) -> None:
    say((1, changed(price=Decimal(6150), currency="JPY")), (2, yes()))
    for entry in Entry.objects.filter(subject_id=asked.pk):
        assert "buyer" not in entry.audience or "6150" not in str(entry.data)
