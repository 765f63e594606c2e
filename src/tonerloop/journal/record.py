"""Writing the journal: entry, job and change commit together or not at all."""

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from procrastinate.types import JSONValue

from tonerloop.common.actor import Actor, Side
from tonerloop.common.queueing import queue
from tonerloop.common.wall import through
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry

log = logging.getLogger(__name__)
DISPATCH = "outbound.dispatch"
ALL_SIDES = (Side.BUYER, Side.SELLER, Side.MANUFACTURER)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an entry is about, and whose it is."""

    kind: str
    id: int
    seller_id: int | None = None
    customer_id: int | None = None
    manufacturer_id: int | None = None
    collector_id: int | None = None


def record(
    event: Event,
    *subjects: Subject,
    by: Actor,
    data: dict[str, Any] | None = None,
    audience: Iterable[Side] = ALL_SIDES,
) -> list[Entry]:
    """Write one entry per subject and queue their dispatch, in the caller's transaction.

    A trigger on the table tells open pages of it when the transaction commits.
    """
    now, sides = timezone.now(), [str(side) for side in audience]
    rows = [_entry(event, one, now, by, sides, data or {}) for one in subjects]
    # What happened to others by this actor is theirs to read: the database asks whose it is.
    with nullcontext() if all(_own(one, by) for one in subjects) else through():
        entries = Entry.objects.bulk_create(rows)
    for entry in entries:
        log.info(
            "%s", event, extra={"about": {"entry": entry.pk, entry.subject_kind: entry.subject_id}}
        )
    jobs: list[dict[str, JSONValue]] = [{"entry_id": entry.pk} for entry in entries]
    queue(DISPATCH, *jobs)
    return entries


def _entry(
    event: Event, subject: Subject, now: datetime, by: Actor, sides: list[str], data: dict[str, Any]
) -> Entry:
    return Entry(
        at=now,
        event=event,
        subject_kind=subject.kind,
        subject_id=subject.id,
        seller_id=subject.seller_id,
        customer_id=subject.customer_id,
        manufacturer_id=subject.manufacturer_id,
        collector_id=subject.collector_id,
        person_id=by.person_id,
        role=by.role,
        rule=by.rule,
        key=by.key,
        audience=sides,
        data=data,
    )


def _own(subject: Subject, by: Actor) -> bool:
    """Whether the actor's organisation, as the wall knows it, is among those of the subject."""
    if by.customer_id:
        return subject.customer_id == by.customer_id
    names = ("seller_id", "manufacturer_id", "collector_id")
    return any(getattr(by, n) and getattr(by, n) == getattr(subject, n) for n in names)
