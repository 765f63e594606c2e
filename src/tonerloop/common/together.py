"""A job that takes along others of its kind that wait: together they cost a fraction.

Each stays a job of its own, with its own end, failure and next try. A job that was tried before,
or was in the hand of a worker that died, is never taken along: it runs alone and spoils no other.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection
from procrastinate import JobContext
from procrastinate.jobs import Job
from procrastinate.worker import Worker

log = logging.getLogger(__name__)
Arguments = dict[str, Any]
# Carries the jobs out, one after another, and says of each what went wrong, or None.
Work = Callable[[list[Arguments]], Iterator[Exception | None]]
Middleware = Callable[[Callable[[], Any], JobContext, Worker], Any]
QUICK = 0.5  # seconds: whoever waits longer for a mail server alone takes nobody along

# Chosen once and apart: as a subquery a plan may choose anew for each row, and takes them all.
_TAKE = """
WITH waiting AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND task_name = %s AND queue_name = %s AND priority = %s
      AND attempts = 0 AND lock IS NULL AND (scheduled_at IS NULL OR scheduled_at <= now())
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
UPDATE procrastinate_jobs j SET status = 'doing', worker_id = %s
FROM waiting WHERE j.id = waiting.id
RETURNING j.id, j.args::text
"""
# What the rescue gave to somebody else meanwhile is theirs.
_END = """
UPDATE procrastinate_jobs j SET status = e.status::procrastinate_job_status,
    attempts = j.attempts + e.tried, abort_requested = false,
    scheduled_at = coalesce(e.at, j.scheduled_at)
FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::timestamptz[]) e (id, status, tried, at)
WHERE j.id = e.id AND j.status = 'doing' AND j.worker_id = %s
"""
# A job that comes back is announced by nobody else; workers look again at this.
_LOOK = "SELECT pg_notify('procrastinate_any_queue_v1', '{\"type\": \"job_inserted\"}')"


@dataclass(frozen=True)
class _End:
    """How one job ended: done, to be tried again at a moment, or given up; not begun: tried 0."""

    job: Job
    status: str
    tried: int = 1
    at: Any = None


def taking_along(work: Work, *, most: int, longest: float = math.inf) -> Middleware:
    """A task's middleware: its own job first, then up to so many others by `work`.

    The own job alone shows whether it goes quickly and well; whoever waits is told no later
    because others wait, too. What is not begun after `longest` seconds goes back to the queue.
    """

    def run(own: Callable[[], Any], context: JobContext, worker: Worker) -> Any:
        began = time.monotonic()
        result = own()
        if time.monotonic() - began < QUICK and worker.worker_id is not None:
            jobs = _taken(context.job, worker.worker_id, most)
            if jobs:
                _take_along(jobs, _ended(context, jobs, work, longest), worker.worker_id)
        return result

    return run


def _take_along(jobs: list[Job], ending: Iterator[_End], worker: int) -> None:
    ends: list[_End] = []
    try:
        ends.extend(ending)  # what is done by then is kept, whatever comes
    except Exception:  # a mistake of the work as a whole: each is tried by itself
        log.exception("%s: %d jobs are tried again one by one", jobs[0].task_name, len(jobs))
    finally:
        known = {end.job.id for end in ends}
        ends += [_End(job, "todo") for job in jobs if job.id not in known]
        _note(ends, worker)


def _taken(own: Job, worker: int, most: int) -> list[Job]:
    with connection.cursor() as cursor:
        asked = (own.task_name, own.queue, own.priority, most, worker)
        cursor.execute(_TAKE, asked)
        rows = sorted(cursor.fetchall())
    return [own.evolve(id=pk, task_kwargs=json.loads(args), attempts=0) for pk, args in rows]


def _ended(context: JobContext, jobs: list[Job], work: Work, longest: float) -> Iterator[_End]:
    began, outcomes = time.monotonic(), work([job.task_kwargs for job in jobs])
    for job in jobs:
        if time.monotonic() - began > longest:
            yield _End(job, "todo", tried=0)
            continue
        error = next(outcomes)
        yield _End(job, "succeeded") if error is None else _failed(context, job, error)


def _failed(context: JobContext, job: Job, error: Exception) -> _End:
    again = context.task.get_retry_exception(exception=error, job=job)
    log.info("%s: %s", job.call_string, error, extra={"job": job.log_context()}, exc_info=error)
    if again is None:
        return _End(job, "failed")
    return _End(job, "todo", at=again.retry_decision.retry_at)


def _note(ends: list[_End], worker: int) -> None:
    """Write down how they ended; once more where the connection was lost."""
    columns: list[list[Any]] = [
        [end.job.id for end in ends],
        [end.status for end in ends],
        [end.tried for end in ends],
        [end.at for end in ends],
    ]
    try:
        _write(columns, worker, look=any(end.status == "todo" for end in ends))
    except OperationalError:
        connection.close()
        _write(columns, worker, look=True)


def _write(columns: list[list[Any]], worker: int, *, look: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_END, [*columns, worker])
        if look:
            cursor.execute(_LOOK)
