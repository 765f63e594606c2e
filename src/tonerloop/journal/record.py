"""Writing the journal: entry, job and change commit together or not at all."""

import json
import logging
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tonerloop.common.actor import Actor, Side
from tonerloop.common.queueing import QUEUED, place_of
from tonerloop.common.wall import through
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry

log = logging.getLogger(__name__)
DISPATCH = "outbound.dispatch"
ALL_SIDES = (Side.BUYER, Side.SELLER, Side.MANUFACTURER)


# Entries and their jobs in one statement: nearly every action says this.
_COLUMNS = [field.attname for field in Entry._meta.concrete_fields if not field.primary_key]
_JOBS = QUEUED.format(arguments="jsonb_build_object('entry_id', id)", order="id")
_RECORD = f"""
WITH entry AS (
    INSERT INTO journal_entry ({", ".join(_COLUMNS)})
    SELECT {", ".join(_COLUMNS)} FROM jsonb_populate_recordset(NULL::journal_entry, %s)
    RETURNING id
) SELECT array_agg(id ORDER BY id), {_JOBS} FROM entry
"""  # noqa: S608 - names of ours


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
        _write(rows)
    for entry in rows:
        log.info(
            "%s", event, extra={"about": {"entry": entry.pk, entry.subject_kind: entry.subject_id}}
        )
    return rows


def _write(entries: list[Entry]) -> None:
    """Store new entries, which get their ids, and queue the dispatch of each."""
    if not entries:
        return
    told = json.dumps([_told(entry) for entry in entries])
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [told, *place_of(DISPATCH)])
        [[ids, _jobs]] = cursor.fetchall()
    for entry, pk in zip(entries, ids, strict=True):
        entry.pk = pk
        entry._state.adding, entry._state.db = False, connection.alias


def _told(entry: Entry) -> dict[str, Any]:
    return {**{name: getattr(entry, name) for name in _COLUMNS}, "at": entry.at.isoformat()}


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
