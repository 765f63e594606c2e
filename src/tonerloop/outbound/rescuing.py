"""Jobs that nobody works on any more come back by themselves, one bad one not holding the others.

A worker that was killed is known by its missing heartbeat. A living one can lose a job, too: where
the database goes away between a job's end and the note of it, the job counts as in hand for ever.
"""

import logging

from django.db import connection, transaction
from django.utils import timezone
from procrastinate import exceptions
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager

log = logging.getLogger(__name__)
DEAD_AFTER = 20  # seconds without a worker's heartbeat, which comes every 5
LOST_AFTER = 600  # seconds that no job of the outbound queue can take

_STALLED = """
SELECT j.id FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing' AND (
    w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s)
    OR j.queue_name = 'outbound' AND NOT EXISTS (
        SELECT FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started'
        AND e.at > now() - make_interval(secs => %s)))
ORDER BY j.id
"""
_NOT_NEEDED = "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'doing'"
_MADE_GOOD = """
DELETE FROM procrastinate_jobs j WHERE j.status = 'failed' AND j.queue_name = 'upkeep'
AND j.task_name <> ALL(%s) AND EXISTS (
    SELECT FROM procrastinate_jobs later WHERE later.task_name = j.task_name
    AND later.status = 'succeeded' AND later.id > j.id)
"""
LOOKED_AT = ["outbound.prove_ledger"]  # what it found wrong once, somebody has to see


def rescue_jobs() -> int:
    """Give lost jobs to the living workers; how many."""
    with connection.cursor() as cursor:
        cursor.execute(_STALLED, [DEAD_AFTER, LOST_AFTER])
        stalled = [row[0] for row in cursor.fetchall()]
    return sum(_rescue(job_id) for job_id in stalled)


def forget_made_good() -> None:
    """What failed by the clock and went well at a later turn needs nobody's look."""
    with connection.cursor() as cursor:
        cursor.execute(_MADE_GOOD, [LOOKED_AT])


def _rescue(job_id: int) -> bool:
    jobs = JobManager(DjangoConnector())
    try:
        with transaction.atomic():
            jobs.retry_job_by_id(job_id, timezone.now())
        return True
    except exceptions.UniqueViolation:  # its next turn waits already: this one is not needed
        with connection.cursor() as cursor:
            cursor.execute(_NOT_NEEDED, [job_id])
    except exceptions.ConnectorException:
        log.exception("job %s could not be rescued", job_id)
    return False
