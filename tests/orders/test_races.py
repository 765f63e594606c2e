"""Two at once: real threads, real commits; one wins, the other is told, nothing happens twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
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
