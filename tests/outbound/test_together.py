"""Change, journal entry and job commit together or not at all."""

from collections.abc import Callable

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import TaskNotFound

from tests.outbound.post import approved, confirmed, soon, told
from tests.world import World
from tonerloop.journal import record
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.outbound import routes
from tonerloop.outbound.models import Message

Verb = Callable[[World, Order], object]
VERBS: dict[str, Verb] = {
    "approve": lambda w, o: actions.approve(o.number, soon(), by=w.actor(w.desk)),
    "cancel": lambda w, o: actions.cancel(o.number, "credit", by=w.actor(w.sales)),
}


class PowerCut(Exception):
    """What these tests let happen."""


def everything() -> tuple[list[tuple[str, int]], list[int], list[int]]:
    """Orders, entries and jobs as they stand."""
    return (
        list(Order.objects.order_by("pk").values_list("status", "version")),
        list(Entry.objects.order_by("pk").values_list("pk", flat=True)),
        list(ProcrastinateJob.objects.order_by("pk").values_list("pk", flat=True)),
    )


@transaction.atomic
def fail_after(action: Callable[[], object], before: object) -> None:
    """Do it, see that it was done, then lose the power."""
    action()
    assert everything() != before
    raise PowerCut


@pytest.mark.parametrize("verb", VERBS)
def test_what_commits_commits_with_its_entry_and_its_job(committed_world: World, verb: str) -> None:
    order = confirmed(committed_world)
    VERBS[verb](committed_world, order)
    entry = Entry.objects.order_by("pk").last()
    assert entry is not None and entry.subject_id == order.pk
    assert Order.objects.get().status in ("approved", "cancelled")
    jobs = ProcrastinateJob.objects.filter(task_name="outbound.dispatch")
    assert [job.args["entry_id"] for job in jobs.order_by("pk")].count(entry.pk) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_what_fails_afterwards_leaves_nothing(committed_world: World, verb: str) -> None:
    order = confirmed(committed_world)
    before = everything()
    with pytest.raises(PowerCut):
        fail_after(lambda: VERBS[verb](committed_world, order), before)
    assert everything() == before


@pytest.mark.parametrize("verb", VERBS)
def test_an_order_whose_job_cannot_be_queued_stays_as_it_was(
    committed_world: World, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    order = confirmed(committed_world)
    before = everything()
    monkeypatch.setattr(record, "DISPATCH", "outbound.nobody_knows")
    with pytest.raises(TaskNotFound):
        VERBS[verb](committed_world, order)
    assert everything() == before


def test_messages_whose_jobs_cannot_be_queued_are_not_made(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(committed_world)
    monkeypatch.setattr(routes, "SEND", "outbound.nobody_knows")
    with pytest.raises(TaskNotFound):
        told(Entry.objects.filter(event="order.approved"))
    assert not Message.objects.exists()
