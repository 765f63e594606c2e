"""Two at once: real threads, real commits; one wins, the other is told, nothing happens twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.world import World
from tonerloop.common.actor import Actor
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.models import ApprovalRequest, Order, Shipment
from tonerloop.orders.states import IllegalMove, Status
from tonerloop.parties.actions import Away, record_absence
from tonerloop.parties.models import Absence
from tonerloop.pricing.guarding import allow_confirmation, forbid_confirmation


@pytest.fixture
def world(committed_world: World) -> World:
    return committed_world


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls on threads of their own, started together; results or exceptions."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_confirmed_twenty_times_at_once_it_is_one_order(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.black.pk): 1})
    by = world.actor(world.buyer)
    results = at_once(*[lambda: actions.place(key, seen=seen, by=by)[0].number] * 20)
    assert len(set(results)) == 1, results
    assert Order.objects.count() == 1
    assert Entry.objects.filter(event=Event.ORDER_PLACED).count() == 1
    assert ProcrastinateJob.objects.filter(task_name="outbound.dispatch").count() == 1


def confirm(number: str, by: Actor) -> Order:
    return actions.confirm_price(number, by=by)


def test_confirm_and_cancel_at_once(world: World) -> None:
    sales, buyer = world.actor(world.sales), world.actor(world.buyer)
    for _round in range(8):
        number = world.place().number
        results = at_once(
            lambda n=number: confirm(n, sales),
            lambda n=number: actions.cancel(n, "customer_wish", by=buyer),
        )
        order = Order.objects.get(number=number)
        # Cancelling is allowed after the confirmation too, so either both or only it succeeded.
        assert order.status == Status.CANCELLED
        assert not isinstance(results[1], Exception)
        assert isinstance(results[0], Order | IllegalMove)
        open_ones = ApprovalRequest.objects.filter(order=order, closed_at=None)
        assert not open_ones.exists()


def test_approve_and_cancel_at_once_one_wins(world: World) -> None:
    sales, buyer, desk = (world.actor(p) for p in (world.sales, world.buyer, world.desk))
    day = timezone.now().date() + timedelta(days=4)
    winners = set()
    for _round in range(8):
        number = world.place().number
        confirm(number, sales)
        results = at_once(
            lambda n=number: actions.approve(n, day, by=desk),
            lambda n=number: actions.cancel(n, "customer_wish", by=buyer),
        )
        told = [r for r in results if isinstance(r, IllegalMove)]
        assert len(told) == 1, results
        order = Order.objects.get(number=number)
        winners.add(order.status)
        ends = Entry.objects.filter(
            subject_id=order.pk, event__in=[Event.ORDER_APPROVED, Event.ORDER_CANCELLED]
        )
        assert ends.count() == 1
    assert winners <= {Status.APPROVED, Status.CANCELLED}


def test_two_salespeople_answer_at_once(world: World) -> None:
    order = world.place()
    line = order.lines.get(position=1).pk
    cheaper = actions.Changes(prices={line: Decimal(7000)})
    results = at_once(
        lambda: actions.confirm_price(order.number, by=world.actor(world.sales), seen_version=1),
        lambda: actions.propose(
            order.number, cheaper, by=world.actor(world.deputy), seen_version=1
        ),
    )
    assert sum(isinstance(r, Stale | IllegalMove) for r in results) == 1, results
    assert ApprovalRequest.objects.filter(order=order).count() == 1


def test_one_shipment_reported_twice_at_once(world: World) -> None:
    order = world.place()
    desk = world.actor(world.desk)
    confirm(order.number, world.actor(world.sales))
    actions.approve(order.number, timezone.now().date() + timedelta(days=4), by=desk)
    results = at_once(*[lambda: actions.ship(order.number, {1: 2, 2: 1}, by=desk)] * 4)
    assert sum(isinstance(r, Order) for r in results) == 1, results
    assert all(isinstance(r, Order | IllegalMove | Refused) for r in results)
    assert Shipment.objects.count() == 1


def test_change_entry_and_job_vanish_together(world: World) -> None:
    order = world.place()
    entries, jobs = Entry.objects.count(), ProcrastinateJob.objects.count()

    def confirm_and_fail() -> None:
        with transaction.atomic():
            confirm(order.number, world.actor(world.sales))
            raise RuntimeError("after the change, the entry and the job")

    with pytest.raises(RuntimeError):
        confirm_and_fail()
    assert Order.objects.get().status == Status.PLACED
    assert (Entry.objects.count(), ProcrastinateJob.objects.count()) == (entries, jobs)
    assert not ApprovalRequest.objects.exists()


def test_two_salespeople_at_once_are_one_yes(world: World) -> None:
    first, second = world.actor(world.sales), world.actor(world.deputy)
    for _round in range(4):
        order = world.place()
        results = at_once(
            lambda n=order.number: actions.confirm_price(n, by=first, seen_version=1),
            lambda n=order.number: actions.confirm_price(n, by=second, seen_version=1),
        )
        [late] = [r for r in results if isinstance(r, Exception)]
        assert isinstance(late, Stale) and late.status == Status.PRICE_CONFIRMED
        assert ApprovalRequest.objects.filter(order=order).count() == 1
        entries = Entry.objects.filter(subject_id=order.pk, event=Event.ORDER_PRICE_CONFIRMED)
        assert entries.count() == 1


def test_a_yes_and_another_price_at_once_are_one_answer(world: World) -> None:
    first, second = world.actor(world.sales), world.actor(world.back_office)
    for _round in range(4):
        order = world.place()
        dearer = actions.Changes(prices={order.lines.get(position=1).pk: Decimal(9500)})
        results = at_once(
            lambda n=order.number: actions.confirm_price(n, by=first, seen_version=1),
            lambda n=order.number, c=dearer: actions.propose(n, c, by=second, seen_version=1),
        )
        assert sum(isinstance(r, Stale) for r in results) == 1, results
        order.refresh_from_db()
        waits = order.status == Status.WAITING
        assert order.proposals.filter(answered_at=None).exists() == waits
        assert order.approval_requests.exists() != waits


def test_the_rule_and_a_person_at_once_are_one_answer(world: World) -> None:
    office, sales, buyer = (world.actor(p) for p in (world.back_office, world.sales, world.buyer))
    allow_confirmation(world.office.pk, Decimal(99999), with_list=True, by=office)
    for turn in range(8):
        order = world.place()

        def answer(number: str = order.number, cancels: bool = turn % 2 == 0) -> Order:
            if cancels:
                return actions.cancel(number, "customer_wish", by=buyer, seen_version=1)
            return actions.confirm_price(number, by=sales, seen_version=1)

        by_rule, by_person = at_once(lambda pk=order.pk: actions.confirm_by_rule(pk), answer)
        # Whoever came second: the rule keeps quiet, the person is told.
        assert by_rule is isinstance(by_person, Stale), (by_rule, by_person)
        order.refresh_from_db()
        assert (order.confirmed_rule is not None) == by_rule
        assert order.approval_requests.count() == (order.status == Status.PRICE_CONFIRMED)


def test_the_rule_is_switched_off_while_it_confirms(world: World) -> None:
    office = world.actor(world.back_office)
    for _round in range(4):
        allow_confirmation(world.office.pk, Decimal(99999), with_list=True, by=office)
        order = world.place()
        confirmed, off = at_once(
            lambda pk=order.pk: actions.confirm_by_rule(pk),
            lambda: forbid_confirmation(world.office.pk, by=office),
        )
        assert off is None
        order.refresh_from_db()
        assert (order.status == Status.PRICE_CONFIRMED) == confirmed


def due_now(world: World) -> tuple[Order, datetime]:
    """A new order, and the moment at which its first deadline passes."""
    order = world.place()
    return order, order.deadlines.get(stage=1).due_at


def reminders(order: Order) -> int:
    return Entry.objects.filter(subject_id=order.pk, event=Event.ORDER_PRICE_REMINDED).count()


def split(names: list[str], at: str) -> tuple[list[str], list[str]]:
    """What came before and after the one event of this name."""
    assert names.count(at) == 1, names
    place = names.index(at)
    return names[:place], names[place + 1 :]


def test_two_clocks_at_once_remind_once(world: World) -> None:
    for _round in range(5):
        order, moment = due_now(world)
        results = at_once(*[lambda moment=moment: actions.tell_overdue(moment)] * 4)
        assert all(isinstance(result, int) for result in results), results
        actions.tell_overdue(moment)
        assert reminders(order) == 1
        actions.cancel(order.number, "duplicate", by=world.actor(world.buyer))


def test_an_answer_and_the_clock_at_once(world: World) -> None:
    """Whoever is first: an order that was answered is never told as overdue afterwards."""
    sales = world.actor(world.sales)
    for _round in range(5):
        order, moment = due_now(world)
        results = at_once(
            lambda n=order.number: confirm(n, sales), lambda m=moment: actions.tell_overdue(m)
        )
        assert not any(isinstance(result, Exception) for result in results), results
        events = Entry.objects.filter(subject_id=order.pk).order_by("pk")
        names = [entry.event for entry in events]
        before, after = split(names, "order.price_confirmed")
        assert before in (["order.placed"], ["order.placed", "order.price_reminded"])
        # The moment may lie past the manufacturer's own deadline, if the seller is closed now.
        assert all(name.startswith("order.approval_") for name in after), names
        waits = order.deadlines.filter(status=Status.PLACED)
        assert not waits.filter(closed_at=None).exists()
        assert order.deadlines.filter(closed_at=None, status=Status.PRICE_CONFIRMED).count() == 3


def test_a_hand_over_and_an_answer_at_once(world: World) -> None:
    sales, office = world.actor(world.sales), world.actor(world.back_office)
    order = world.place()
    results = at_once(
        lambda: confirm(order.number, sales),
        lambda: actions.hand_over(world.sales.pk, world.other_sales.pk, by=office),
    )
    assert results[1] == 1
    assert isinstance(results[0], Order | Order.DoesNotExist)
    mine = Order.objects.visible_to(world.actor(world.other_sales))
    assert mine.filter(pk=order.pk).exists()


def test_two_absences_at_once_one_holds(world: World) -> None:
    office, day = world.actor(world.back_office), timezone.now().date() + timedelta(days=3)
    away = Away(person_id=world.sales.pk, first_day=day, last_day=day)
    results = at_once(*[lambda: record_absence(away, by=office)] * 4)
    assert Absence.objects.count() == 1
    assert sum(isinstance(result, ValidationError) for result in results) == 3, results
