"""Queueing jobs so that they commit with the caller's change, or not at all."""

from datetime import datetime

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.types import JSONValue


def queue(name: str, *jobs: dict[str, JSONValue], at: datetime | None = None) -> None:
    """Queue one job per dict of arguments in the caller's transaction, in a worker too.

    They begin at once, or at the moment `at`.

    In a worker process `app` queues on connections of its own: such a job may begin before the
    change that it is about can be seen, or outlive one that is undone.
    """
    task = app.configure_task(name, allow_unknown=False, schedule_at=at)
    task.job_manager = JobManager(DjangoConnector())
    task.batch_defer(*jobs)


# As `queue` does it, for a statement that writes what the jobs are about: their arguments are only
# known then. Takes what `place_of` gives; `{arguments}` is one job's, `{order}` the jobs' order.
QUEUED = """procrastinate_defer_jobs_v1(array_agg(ROW(
    %s, %s, %s, NULL, NULL, {arguments}, NULL)::procrastinate_job_to_defer_v1 ORDER BY {order}))"""


def place_of(name: str) -> tuple[str, str, int]:
    """The queue, name and priority of a task's jobs."""
    job = app.configure_task(name, allow_unknown=False).job
    return job.queue, job.task_name, job.priority
