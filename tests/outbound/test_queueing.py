"""Jobs are queued in the caller's transaction, in a worker too."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.outbound.post import approved, told
from tests.world import World
from tonerloop.outbound.models import Message


@pytest.fixture
def as_in_a_worker(committed_world: World) -> Iterator[World]:
    """Jobs go where a worker process puts them: it has database connections of its own."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as worker, worker.open():
        yield committed_world


def mail_jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="outbound.send_mail").count()


def test_a_worker_queues_no_mail_before_its_message_is_there(as_in_a_worker: World) -> None:
    approved(as_in_a_worker)
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert (Message.objects.count(), mail_jobs()) == (0, 0)


def test_a_worker_queues_a_job_for_each_mail(as_in_a_worker: World) -> None:
    approved(as_in_a_worker)
    told()
    assert mail_jobs() == Message.objects.filter(channel=Message.Channel.EMAIL).count() == 3
