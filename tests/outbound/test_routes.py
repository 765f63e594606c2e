"""Who is told of which event: these and nobody else, once however often it is dispatched."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.lively import enliven
from tests.outbound.post import approved, confirmed, soon, told
from tests.world import World
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.outbound.models import Message
from tonerloop.outbound.routes import ROUTES
from tonerloop.parties.actions import Away, record_absence
from tonerloop.pricing.guarding import set_floor

pytestmark = pytest.mark.django_db
BUYER, HOUSE, SALES = "bea.buyer@example.com", "orders@kanda.example", "sato.sales@example.com"
DEPUTY = "dora.deputy@example.com"
ALL_THREE = {BUYER, HOUSE, SALES}


def proposed(world: World) -> Order:
    order = world.place()
    dearer = actions.Changes(prices={order.lines.get(position=1).pk: Decimal(9000)})
    return actions.propose(order.number, dearer, by=world.actor(world.sales))


def asked(world: World) -> Order:
    return actions.ask(world.place().number, "Which floor?", by=world.actor(world.sales))


def shipped(world: World) -> Order:
    number = approved(world).number
    return actions.ship(number, {1: 2, 2: 1}, by=world.actor(world.desk))


def delivered(world: World) -> Order:
    return actions.report_delivery(shipped(world).number, by=world.actor(world.buyer))


def later_than_wished(world: World) -> Order:
    number = confirmed(world).number
    Order.objects.filter(number=number).update(agreed_date=soon() - timedelta(days=2))
    return actions.approve(number, soon(), by=world.actor(world.desk))


def line_by_line(world: World, **changes: Any) -> Order:
    """The first line accepted, the second with these changes; without any it is left open."""
    kind = LineAnswer.Kind
    said = {1: actions.LineSaid(kind=kind.ACCEPTED, promised_date=soon())}
    if changes:
        said[2] = actions.LineSaid(kind=kind.CHANGED, promised_date=soon(), **changes)
    order = world.place({(world.copier.pk, i.pk): 2 for i in (world.black, world.cyan)})
    actions.confirm_price(order.number, by=world.actor(world.sales))
    return actions.answer_lines(order.number, said, by=world.actor(world.desk))


def dearer_for_the_seller(world: World) -> Order:
    return line_by_line(world, price=Decimal(5001), currency="JPY")


def cheaper(world: World) -> Order:
    order = world.place()
    less = actions.Changes(prices={order.lines.get(position=1).pk: Decimal(7000)})
    return actions.propose(order.number, less, by=world.actor(world.sales))


def below_the_floor(world: World) -> Order:
    set_floor(world.black.pk, percent=Decimal(90), by=world.actor(world.back_office))
    number = world.place().number
    return actions.confirm_price(number, by=world.actor(world.sales), below_floor=True)


def stage(number: int, happens: Callable[[World], Order]) -> Callable[[World], Order]:
    """The same, left unanswered until this stage."""

    def waits(world: World) -> Order:
        order = happens(world)
        due = order.deadlines.get(closed_at=None, stage=number).due_at
        assert actions.tell_overdue(due) == 1
        return order

    return waits


def handed_over(world: World) -> Order:
    order = world.place()
    new = world.other_sales.pk
    actions.hand_over(world.sales.pk, new, by=world.actor(world.back_office))
    return order


TOLD: dict[str, tuple[Event, Callable[[World], Order], set[str]]] = {
    "placed": (Event.ORDER_PLACED, lambda w: w.place(), {SALES}),
    "price confirmed": (Event.ORDER_PRICE_CONFIRMED, confirmed, {"Canon"}),
    "better terms": (Event.ORDER_TERMS_IMPROVED, cheaper, set()),
    "below the floor": (Event.ORDER_BELOW_FLOOR, below_the_floor, set()),
    "change by the seller": (Event.ORDER_CHANGE_PROPOSED, proposed, {BUYER}),
    "change by the maker": (Event.ORDER_CHANGE_PROPOSED, later_than_wished, {BUYER}),
    "line by line": (Event.ORDER_LINES_ANSWERED, line_by_line, set()),
    "a line by the maker": (
        Event.ORDER_CHANGE_PROPOSED,
        lambda w: line_by_line(w, quantity=1),
        {BUYER},
    ),
    "given back": (Event.ORDER_GIVEN_BACK, dearer_for_the_seller, {SALES}),
    "question": (Event.ORDER_QUESTION_ASKED, asked, {BUYER}),
    "accepted": (
        Event.ORDER_CHANGE_ACCEPTED,
        lambda w: actions.accept_change(proposed(w).number, by=w.actor(w.buyer)),
        set(),
    ),
    "declined": (
        Event.ORDER_CHANGE_DECLINED,
        lambda w: actions.decline_change(proposed(w).number, by=w.actor(w.buyer)),
        set(),
    ),
    "replied": (
        Event.ORDER_REPLIED,
        lambda w: actions.reply(asked(w).number, "The third", by=w.actor(w.buyer)),
        {SALES},
    ),
    "approved": (Event.ORDER_APPROVED, approved, ALL_THREE),
    "cancelled before the maker knew": (
        Event.ORDER_CANCELLED,
        lambda w: actions.cancel(w.place().number, "credit", by=w.actor(w.sales)),
        ALL_THREE,
    ),
    "cancelled when the maker knew": (
        Event.ORDER_CANCELLED,
        lambda w: actions.cancel(confirmed(w).number, "customer_wish", by=w.actor(w.buyer)),
        {*ALL_THREE, "Canon"},
    ),
    "shipped": (Event.ORDER_SHIPPED, shipped, set()),
    "delivered": (Event.ORDER_DELIVERED, delivered, set()),
    "returned": (
        Event.ORDER_RETURNED,
        lambda w: actions.record_returns(
            delivered(w).number, {1: 1}, "wrong_item", by=w.actor(w.sales)
        ),
        set(),
    ),
    "price due": (Event.ORDER_PRICE_REMINDED, stage(1, lambda w: w.place()), {SALES}),
    "price late": (Event.ORDER_PRICE_TO_DEPUTY, stage(2, lambda w: w.place()), {DEPUTY}),
    "price very late": (Event.ORDER_PRICE_TO_OFFICE, stage(3, lambda w: w.place()), {HOUSE}),
    "approval due": (Event.ORDER_APPROVAL_REMINDED, stage(2, confirmed), {"desk@canon.example"}),
    "approval late": (Event.ORDER_APPROVAL_LATE, stage(3, confirmed), {HOUSE, SALES}),
    "buyer due": (Event.ORDER_BUYER_REMINDED, stage(1, asked), {BUYER}),
    "buyer late": (Event.ORDER_BUYER_LATE, stage(2, asked), {BUYER, SALES}),
    "handed over": (Event.ORDER_HANDED_OVER, handed_over, {"otto.other@example.com"}),
}


def test_nobody_is_reminded_of_what_is_done_meanwhile(world: World) -> None:
    order = stage(1, lambda w: w.place())(world)
    actions.confirm_price(order.number, by=world.actor(world.sales))
    told()
    assert not Message.objects.filter(template="price_reminder").exists()


def test_without_mailboxes_the_people_themselves_are_told(world: World) -> None:
    for house in (world.seller, world.maker):
        house.order_email = ""
        house.save()
    stage(3, lambda w: w.place())(world)
    stage(1, confirmed)(world)
    told(Entry.objects.filter(rule="deadline"))
    readers = set(Message.objects.values_list("recipient", flat=True))
    assert readers == {"bo.backoffice@example.com", "dan.desk@example.com"}


def test_who_stands_in_is_told_first(world: World) -> None:
    today = local_day(timezone.now(), "Asia/Tokyo")
    away = Away(
        person_id=world.sales.pk,
        deputy_id=world.other_sales.pk,
        first_day=today,
        last_day=today + timedelta(days=9),
    )
    record_absence(away, by=world.actor(world.sales))
    stage(1, lambda w: w.place())(world)
    told()
    readers = set(Message.objects.values_list("template", "recipient"))
    otto = "otto.other@example.com"
    assert readers == {("order_to_answer", otto), ("price_reminder", otto)}


@pytest.mark.parametrize("case", TOLD)
def test_these_are_told_and_nobody_else(world: World, case: str) -> None:
    event, happens, readers = TOLD[case]
    happens(world)
    told()
    messages = Message.objects.filter(entry__event=event)
    assert sorted(messages.values_list("recipient", flat=True)) == sorted(readers)


def test_every_event_of_an_order_is_tried_here() -> None:
    assert {event for event, *_ in TOLD.values()} == {e for e in Event if e.startswith("order.")}


def test_events_that_are_of_no_order_tell_nobody(world: World) -> None:
    entries = [
        Entry(at=timezone.now(), event=event, subject_kind="record", subject_id=0, audience=[])
        for event in Event
        if not ROUTES[event]
    ]
    told(entries)
    assert entries and not Message.objects.exists()


def test_dispatched_twice_each_is_told_once(world: World) -> None:
    approved(world)
    told()
    before = sorted(Message.objects.values_list("entry_id", "recipient", "message_id"))
    told()
    assert sorted(Message.objects.values_list("entry_id", "recipient", "message_id")) == before


def test_dispatched_again_after_sending_nothing_is_queued(world: World) -> None:
    approved(world)
    told()
    Message.objects.update(state=Message.State.SENT)
    before = ProcrastinateJob.objects.filter(task_name="outbound.send_mail").count()
    told()
    assert ProcrastinateJob.objects.filter(task_name="outbound.send_mail").count() == before
    assert set(Message.objects.values_list("state", flat=True)) == {Message.State.SENT}


def test_one_address_that_is_two_readers_gets_one_mail(world: World) -> None:
    world.seller.order_email = world.sales.email.upper()
    world.seller.save()
    approved(world)
    told(Entry.objects.filter(event=Event.ORDER_APPROVED))
    assert sorted(m.recipient.lower() for m in Message.objects.all()) == [BUYER, SALES]


def test_a_seller_without_an_order_mailbox_is_told_through_its_salesperson(world: World) -> None:
    world.seller.order_email = ""
    world.seller.save()
    approved(world)
    told(Entry.objects.filter(event=Event.ORDER_APPROVED))
    assert set(Message.objects.values_list("recipient", flat=True)) == {BUYER, SALES}


def test_no_rival_is_ever_told(world: World) -> None:
    enliven(world)
    told()
    readers = set(Message.objects.values_list("recipient", flat=True))
    assert readers == {*ALL_THREE, "Canon"}


def test_only_the_maker_of_the_goods_hears_of_them(world: World) -> None:
    pairs = {(world.copier.pk, world.black.pk): 1, (world.printer.pk, world.rival_toner.pk): 1}
    orders = {order.pk: order.manufacturer.name for order in world.place_all(pairs)}
    for order in Order.objects.all():
        actions.confirm_price(order.number, by=world.actor(world.sales))
    told()
    assert dict(Message.objects.values_list("order_id", "recipient")) == orders
    assert set(orders.values()) == {"Canon", "Kyocera"}
