"""Jobs that nobody works on any more come back; one that cannot does not hold the others."""

from typing import Any

import pytest
from django.db import connection, transaction

from tonerloop.common.queueing import queue
from tonerloop.outbound.rescuing import forget_made_good, rescue_jobs

pytestmark = pytest.mark.django_db


def rows(query: str, *given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall() if cursor.description else []


def job(name: str, arguments: dict[str, Any]) -> int:
    """A job that waits."""
    before = {row[0] for row in rows("SELECT id FROM procrastinate_jobs")}
    queue(name, arguments)
    (made,) = {row[0] for row in rows("SELECT id FROM procrastinate_jobs")} - before
    return int(made)


def state(pk: int) -> str | None:
    found = rows("SELECT status FROM procrastinate_jobs WHERE id = %s", pk)
    return found[0][0] if found else None


@pytest.fixture
def worker(db: None) -> int:
    """One that lives."""
    return rows("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")[0][0]


def taken(pk: int, worker: int, minutes: int = 0) -> int:
    """The job is in this worker's hand for so long."""
    update = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s"
    rows(update, worker, pk)
    began = "now() - make_interval(mins => %s)"
    rows(f"UPDATE procrastinate_events SET at = {began} WHERE job_id = %s", minutes, pk)  # noqa: S608
    return pk


def silent(worker: int, seconds: int) -> None:
    beat = "UPDATE procrastinate_workers SET last_heartbeat = now() - make_interval(secs => %s)"
    rows(beat + " WHERE id = %s", seconds, worker)


def test_the_jobs_of_a_silent_worker_come_back(worker: int) -> None:
    held = taken(job("outbound.dispatch", {"entry_id": 1}), worker)
    silent(worker, 15)
    assert rescue_jobs() == 0 and state(held) == "doing"
    silent(worker, 21)
    assert rescue_jobs() == 1 and state(held) == "todo"


def test_a_timer_whose_next_turn_waits_does_not_hold_the_others(worker: int) -> None:
    """It stood in the way of every job after it, each time anew."""
    timer = taken(job("outbound.sweep_webhooks", {"timestamp": 1}), worker)
    rows("UPDATE procrastinate_jobs SET queueing_lock = 'sweep' WHERE id = %s", timer)
    following = job("outbound.sweep_webhooks", {"timestamp": 2})
    rows("UPDATE procrastinate_jobs SET queueing_lock = 'sweep' WHERE id = %s", following)
    mail = taken(job("outbound.send_mail", {"message_id": 1}), worker)
    silent(worker, 60)
    assert rescue_jobs() == 1
    assert (state(timer), state(following), state(mail)) == (None, "todo", "todo")


def test_a_job_whose_end_a_living_worker_could_not_note_comes_back(worker: int) -> None:
    lost = taken(job("outbound.dispatch", {"entry_id": 1}), worker, minutes=11)
    at_work = taken(job("outbound.dispatch", {"entry_id": 2}), worker, minutes=9)
    assert rescue_jobs() == 1
    assert (state(lost), state(at_work)) == ("todo", "doing")


def finished(name: str, status: str) -> int:
    pk = job(name, {"timestamp": 1})
    with transaction.atomic():
        rows("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", pk)
        update = "UPDATE procrastinate_jobs SET status = %s WHERE id = %s"
        rows(update.replace("%s", "%s::procrastinate_job_status", 1), status, pk)
    return pk


def test_what_failed_by_the_clock_is_forgotten_once_a_later_turn_went_well(db: None) -> None:
    earlier = finished("outbound.tell_overdue", "failed")
    proof = finished("outbound.prove_ledger", "failed")
    forget_made_good()
    assert state(earlier) == "failed"  # nothing went well since
    finished("outbound.tell_overdue", "succeeded")
    finished("outbound.prove_ledger", "succeeded")
    last = finished("outbound.tell_overdue", "failed")
    forget_made_good()
    assert (state(earlier), state(last), state(proof)) == (None, "failed", "failed")
