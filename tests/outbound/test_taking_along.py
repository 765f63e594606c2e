"""A job takes along others of its kind that wait; each keeps an end and a failure of its own."""

import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from tests.outbound.post import approved, confirmed, told
from tests.outbound.test_rescuing import job, rows, state, taken, worker
from tests.world import World
from tonerloop.common import together
from tonerloop.common.together import Arguments, taking_along
from tonerloop.journal.models import Entry
from tonerloop.outbound import routes, tasks
from tonerloop.outbound.mail import sending
from tonerloop.outbound.models import Message

pytestmark = pytest.mark.django_db
__all__ = ["worker"]
TASK = "outbound.dispatch"
Outcomes = Iterator[Exception | None]


def run(
    worker: int, work: Any, own: Callable[[], object] = lambda: None, most: int = 5, **more: float
) -> Any:
    """What a worker does with one job of the kind."""
    mine = Job(id=0, queue="outbound", lock=None, queueing_lock=None, task_name=TASK)
    context = JobContext(app=app, job=mine, start_timestamp=0.0, abort_reason=lambda: None)
    return taking_along(work, most=most, **more)(own, context, SimpleNamespace(worker_id=worker))  # type: ignore[arg-type]


def waiting(*entries: int) -> list[int]:
    return [job(TASK, {"entry_id": each}) for each in entries]


def attempts(pk: int) -> int:
    return int(rows("SELECT attempts FROM procrastinate_jobs WHERE id = %s", pk)[0][0])


def all_well(jobs: list[Arguments]) -> Outcomes:
    yield from (None for _ in jobs)


def one_is_bad(jobs: list[Arguments]) -> Outcomes:
    yield from (ValueError("bad") if each["entry_id"] == 2 else None for each in jobs)


def test_what_waits_is_done_in_its_order_and_ends(worker: int) -> None:
    pks, seen = waiting(1, 2, 3), list[Arguments]()

    def work(jobs: list[Arguments]) -> Outcomes:
        seen.extend(jobs)
        yield from all_well(jobs)

    run(worker, work, most=2)
    assert seen == [{"entry_id": 1}, {"entry_id": 2}]
    assert [state(pk) for pk in pks] == ["succeeded", "succeeded", "todo"]
    told_of = rows("SELECT type FROM procrastinate_events WHERE job_id = %s ORDER BY id", pks[0])
    assert [row[0] for row in told_of] == ["deferred", "started", "succeeded"]


def test_no_more_are_taken_whatever_plan_the_database_chooses(worker: int) -> None:
    pks = waiting(*range(1, 6))
    for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
        rows("SELECT set_config(%s, 'off', true)", f"enable_{way}")
    run(worker, all_well, most=2)
    assert [state(pk) for pk in pks].count("succeeded") == 2


def test_one_that_fails_is_tried_again_later_and_holds_no_other(worker: int) -> None:
    pks = waiting(1, 2, 3)
    run(worker, one_is_bad)
    assert [state(pk) for pk in pks] == ["succeeded", "todo", "succeeded"]
    later = "SELECT scheduled_at > now() FROM procrastinate_jobs WHERE id = %s"
    assert attempts(pks[1]) == 1 and rows(later, pks[1])[0][0]


def test_one_that_was_tried_before_is_left_to_run_alone(worker: int) -> None:
    [tried, new] = waiting(1, 2)
    rows("UPDATE procrastinate_jobs SET attempts = 1 WHERE id = %s", tried)
    run(worker, all_well)
    assert (state(tried), state(new)) == ("todo", "succeeded")


def test_of_another_kind_or_for_later_or_in_hand_none_is_taken(worker: int) -> None:
    mail, later, held = job("outbound.send_mail", {"message_id": 1}), *waiting(1, 2)
    rows("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 s' WHERE id = %s", later)
    taken(held, worker)
    run(worker, all_well)
    assert [state(pk) for pk in (mail, later, held)] == ["todo", "todo", "doing"]


def test_work_that_breaks_as_a_whole_gives_all_back_to_run_alone(worker: int) -> None:
    def breaks(jobs: list[Arguments]) -> Outcomes:
        yield None
        raise RuntimeError("a mistake of ours")

    done, *others = waiting(1, 2, 3)
    run(worker, breaks)
    assert state(done) == "succeeded"
    assert [(state(pk), attempts(pk)) for pk in others] == [("todo", 1)] * 2


def test_what_is_not_begun_in_time_goes_back_untried(worker: int) -> None:
    def slow(jobs: list[Arguments]) -> Outcomes:
        for _ in jobs:
            time.sleep(0.02)
            yield None

    pks = waiting(1, 2)
    run(worker, slow, longest=0.01)
    assert [(state(pk), attempts(pk)) for pk in pks] == [("succeeded", 1), ("todo", 0)]


def test_whoever_waits_for_others_takes_none_along(
    worker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "QUICK", 0.01)
    pks = waiting(1, 2)
    run(worker, all_well, own=lambda: time.sleep(0.02))
    assert [state(pk) for pk in pks] == ["todo", "todo"]


def test_whoever_fails_takes_none_along(worker: int) -> None:
    def fail() -> None:
        raise ValueError

    [pk] = waiting(1)
    with pytest.raises(ValueError):
        run(worker, all_well, own=fail)
    assert state(pk) == "todo"


def test_what_was_rescued_meanwhile_is_somebody_elses(worker: int) -> None:
    other = rows("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")[0][0]
    [pk] = waiting(1)

    def rescued(jobs: list[Arguments]) -> Outcomes:
        taken(pk, other)
        yield None

    run(worker, rescued)
    assert state(pk) == "doing"


def test_an_entry_that_cannot_be_told_keeps_no_other_from_being_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = (confirmed(world) for _ in range(2))
    entries = Entry.objects.filter(event="order.price_confirmed").order_by("pk")
    keep = routes._message

    def hindered(entry: Entry, *given: Any) -> Message:
        if entry.subject_id == bad.pk:
            raise ValueError("poison")
        return keep(entry, *given)

    monkeypatch.setattr(routes, "_message", hindered)
    pks = [*entries.values_list("pk", flat=True), 0]
    found = list(tasks._dispatch([{"entry_id": pk} for pk in pks]))
    assert [type(each) for each in found] == [ValueError, type(None), Entry.DoesNotExist]
    assert set(Message.objects.values_list("order_id", flat=True)) == {good.pk}


def test_told_together_or_one_by_one_is_the_same(world: World) -> None:
    approved(world)
    confirmed(world)
    pks = list(Entry.objects.order_by("pk").values_list("pk", flat=True))

    def messages() -> list[Any]:
        names = ("entry", "channel", "template", "recipient", "language", "message_id")
        return list(Message.objects.order_by("entry", "recipient").values_list(*names))

    assert list(tasks._dispatch([{"entry_id": pk} for pk in pks])) == [None] * len(pks)
    together_ = messages()
    Message.objects.all().delete()
    told()
    assert together_ == messages() and together_


def test_a_mail_that_cannot_be_written_keeps_no_other_from_being_sent(
    world: World, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(world)
    told()
    mails = Message.objects.filter(template="order_approved").order_by("pk")
    first, *others = mails.values_list("pk", flat=True)
    write = sending.WRITERS["order_approved"]

    def hindered(message: Message, subject: Any) -> Any:
        if message.pk == first:
            raise ValueError("poison")
        return write(message, subject)

    monkeypatch.setitem(sending.WRITERS, "order_approved", hindered)
    wrong, *fine = sending.send_all([first, *others])
    assert isinstance(wrong, sending.NotSent) and fine == [None] * len(others)
    assert list(mails.values_list("state", flat=True)) == ["retrying", *["sent"] * len(others)]
    assert len(mailoutbox) == len(others) > 0
