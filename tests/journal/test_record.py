"""Entries and their jobs are written in one statement, as the models and the queue have them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World
from tonerloop.common.actor import Side
from tonerloop.common.queueing import queue
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.journal.record import DISPATCH, Subject, record

pytestmark = pytest.mark.django_db
DATA = {"reason": 'über "%s"', "pieces": 3, "lines": [{"price": "1.50", "none": None}]}


def subjects(world: World) -> list[Subject]:
    """Two things of the world's customer, the later one first."""
    by = world.actor(world.buyer)
    whose = {"seller_id": by.seller_id, "customer_id": by.customer_id}
    return [Subject(kind="order", id=number, **whose) for number in (92, 91)]


def jobs() -> list[tuple[object, ...]]:
    """What the queue holds, all but its own numbers."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, task_name, priority, lock, queueing_lock, scheduled_at, attempts,"
            " status, args FROM procrastinate_jobs ORDER BY id"
        )
        return list(cursor.fetchall())


def test_what_is_stored_is_what_is_given_back(world: World) -> None:
    by = world.actor(world.buyer)
    made = record(
        Event.ORDER_CANCELLED,
        *subjects(world),
        by=by,
        data=DATA,
        audience=[Side.BUYER, Side.SELLER],
    )
    assert [entry.subject_id for entry in made] == [92, 91]
    assert made[0].pk < made[1].pk
    names = [field.attname for field in Entry._meta.concrete_fields]
    for entry in made:
        stored = Entry.objects.get(pk=entry.pk)
        assert {n: getattr(stored, n) for n in names} == {n: getattr(entry, n) for n in names}
        assert (stored.data, stored.audience) == (DATA, ["buyer", "seller"])


def test_its_jobs_are_those_of_the_queue(world: World) -> None:
    made = record(Event.ORDER_CANCELLED, *subjects(world), by=world.actor(world.buyer))
    written = jobs()
    for entry in made:
        queue(DISPATCH, {"entry_id": entry.pk})
    assert written == jobs()[2:] and len(written) == 2


def test_it_is_one_statement(world: World) -> None:
    by, about = world.actor(world.buyer), subjects(world)
    with CaptureQueriesContext(connection) as captured:
        record(Event.ORDER_CANCELLED, *about, by=by)
    assert len(captured) == 1


def test_nothing_is_recorded_of_nothing(world: World) -> None:
    assert record(Event.ORDER_CANCELLED, by=world.actor(world.buyer)) == []
    assert jobs() == []


def test_what_cannot_be_kept_is_no_entry(world: World) -> None:
    by = world.actor(world.buyer)
    with pytest.raises(TypeError):
        record(Event.ORDER_CANCELLED, *subjects(world), by=by, data={"x": {1}})
    assert not Entry.objects.exists()
