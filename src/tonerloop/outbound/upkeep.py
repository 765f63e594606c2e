"""How the work behind the screens stands: queues, their oldest jobs, workers, messages."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

_QUEUES = """
SELECT queue_name,
       count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
       count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()),
       count(*) FILTER (WHERE status = 'doing'),
       count(*) FILTER (WHERE status = 'failed'),
       coalesce(extract(epoch FROM now() - min(coalesce(scheduled_at, made)) FILTER (
           WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))), 0)
FROM procrastinate_jobs j
LEFT JOIN LATERAL (SELECT min(at) AS made FROM procrastinate_events e
    WHERE e.job_id = j.id AND e.type = 'deferred' AND j.status = 'todo') e ON true
WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1 ORDER BY 1
"""
_FAILED = """
SELECT j.id, j.task_name, j.args, j.attempts,
       (SELECT max(at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'failed')
FROM procrastinate_jobs j WHERE j.status = 'failed' ORDER BY j.id DESC LIMIT %s
"""
_LATE = """
SELECT o.status, count(*) FROM orders_order o
WHERE o.status IN ('placed', 'waiting_for_buyer', 'price_confirmed') AND EXISTS (
    SELECT FROM orders_deadline d WHERE d.order_id = o.id AND d.closed_at IS NULL
    AND d.due_at < now())
GROUP BY 1
"""
_OUTCOMES = """
SELECT channel, state, count(*) FROM outbound_message
WHERE id > (SELECT coalesce(max(id), 0) - %s FROM outbound_message) GROUP BY 1, 2
"""
_ATTEMPTS = """
SELECT coalesce(status / 100 || 'xx', 'none'), count(*) FROM outbound_attempt
WHERE id > (SELECT coalesce(max(id), 0) - %s FROM outbound_attempt) GROUP BY 1
"""
YOUNGEST = (
    10_000  # messages and attempts that are looked at: a bounded read, however many there are
)
_WORKERS = "SELECT id, last_heartbeat FROM procrastinate_workers ORDER BY id"
_SCHEDULES = """
SELECT task_name, to_timestamp(max(defer_timestamp)) FROM procrastinate_periodic_defers
GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One queue: jobs that are due, that come later, in hand, given up."""

    name: str
    due: int
    later: int
    doing: int
    failed: int
    oldest_seconds: float  # how long the oldest due job has waited


@dataclass(frozen=True, kw_only=True)
class FailedJob:
    """A job that was given up; somebody tries it again or drops it."""

    id: int
    task: str
    arguments: str
    attempts: int
    failed_at: datetime | None


def queues() -> list[Queue]:
    """Every queue that holds a job; one query."""
    names = ("name", "due", "later", "doing", "failed", "oldest_seconds")
    rows = [dict(zip(names, row, strict=True)) for row in _rows(_QUEUES)]
    return [Queue(**{**row, "oldest_seconds": float(row["oldest_seconds"])}) for row in rows]


def failed_jobs(most: int = 50) -> list[FailedJob]:
    """Jobs that were given up, the youngest first."""
    return [
        FailedJob(id=pk, task=task, arguments=_numbers(args), attempts=attempts, failed_at=at)
        for pk, task, args, attempts, at in _rows(_FAILED, [most])
    ]


def _numbers(args: dict[str, Any] | str) -> str:
    """The ids among a job's arguments; its texts may hold a mail that lets somebody in."""
    given = json.loads(args) if isinstance(args, str) else args
    return ", ".join(f"{name} {value}" for name, value in given.items() if isinstance(value, int))


def workers() -> list[tuple[int, datetime]]:
    """Workers by id, with their last heartbeat."""
    return _rows(_WORKERS)


def schedules() -> list[tuple[str, datetime]]:
    """What runs by the clock, with the moment it was last due."""
    return _rows(_SCHEDULES)


def messages() -> dict[tuple[str, str], int]:
    """Messages that have not arrived, by channel and state."""
    return {
        (channel, state): count
        for channel, state, count in _rows(
            "SELECT channel, state, count(*) FROM outbound_message"
            # Written out, so that the plan may use the index of just these.
            " WHERE state IN ('queued', 'retrying', 'failed') GROUP BY 1, 2"
        )
    }


def late_orders() -> dict[str, int]:
    """Orders whose answer is overdue, by status."""
    return dict(_rows(_LATE))


def outcomes() -> dict[tuple[str, str], int]:
    """What became of the youngest messages, by channel and state."""
    return {(channel, state): count for channel, state, count in _rows(_OUTCOMES, [YOUNGEST])}


def webhook_answers() -> dict[str, int]:
    """What the youngest attempts to deliver a webhook were answered: 2xx … 5xx, or none."""
    return dict(_rows(_ATTEMPTS, [YOUNGEST]))


def try_again(job_id: int) -> bool:
    """Queue a failed job anew; False where it has not failed."""
    with transaction.atomic():
        found = _rows(
            "SELECT queue_name, priority, lock FROM procrastinate_jobs"
            " WHERE id = %s AND status = 'failed' FOR UPDATE",
            [job_id],
        )
        for queue, priority, lock in found:
            app.job_manager.retry_job_by_id(job_id, timezone.now(), priority, queue, lock)
    return bool(found)


def drop(job_id: int) -> bool:
    """Remove a failed job for good; False where it has not failed."""
    return bool(
        _rows(
            "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed' RETURNING id",
            [job_id],
        )
    )


def _rows(query: str, given: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        found: list[Any] = cursor.fetchall()
    return found
