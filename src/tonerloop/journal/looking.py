"""Who looked at what is not for every eye, and the audit of an organisation: looks and changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tonerloop.common.actor import Actor, NotAllowed, Role
from tonerloop.journal.audited import Audited, changes_of, looks_of
from tonerloop.journal.models import Entry, Look

ADMINISTRATORS = (Role.BACK_OFFICE, Role.ORDER_DESK, Role.DISPATCHER, Role.BUYER)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A row's place in the audit: when, in which of the two tables, and its number there."""

    at: datetime
    table: str  # ENTRY or LOOK
    pk: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the audit is asked for; empty: all. `before` is where the page above ends.

    `subject` is a kind of subject and, where not None, the number of one of them.
    """

    kind: str = ""
    subject: tuple[str, int | None] = ("", None)
    people: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    before: Place | None = None


ENTRY, LOOK = "e", "l"


def looked(kind: str, *, by: Actor) -> None:
    """Note that somebody looked at, or took away, what is not for every eye; one statement.

    A program that reads all day is noted once an hour: the database drops what is more.
    """
    look = Look(
        at=timezone.now(),
        subject_kind=kind,
        person_id=by.person_id,
        role=by.role,
        key=by.key,
        **_owner(by),
    )
    Look.objects.bulk_create([look], ignore_conflicts=bool(by.key))


def administers(by: Actor) -> bool:
    """Whether the audit is theirs to read: the offices, and buyers of all sites."""
    return by.role in ADMINISTRATORS and not (by.role == Role.BUYER and by.site_ids is not None)


def audit(wanted: Wanted, *, by: Actor, most: int) -> list[Entry | Look]:
    """The organisation's audit, the newest `most` rows; NotAllowed unless theirs to read."""
    return _newest(_tables(wanted, by), most)


def whole_audit(wanted: Wanted, *, most: int) -> list[Entry | Look]:
    """Everybody's audit, the newest `most` rows: for the operator alone."""
    return _newest(_tables(wanted, None), most)


def pages_of_all(wanted: Wanted, *, rows: int) -> Iterator[list[Entry | Look]]:
    """Everybody's audit to its end, so many rows at a time, each page begun where one ended."""
    while found := whole_audit(wanted, most=rows):
        yield found
        wanted = replace(wanted, before=place_of(found[-1]))


def occurring(wanted: Wanted, *, by: Actor | None) -> list[int]:
    """The people who did something of it; of everybody's for the operator, who is nobody here."""
    ids = [each.values_list("person_id", flat=True) for each in _tables(wanted, by)]
    return [pk for pk in ids[0].union(ids[1]) if pk]


def place_of(row: Entry | Look) -> Place:
    """Where a row stands; each row has a place of its own."""
    return Place(at=row.at, table=ENTRY if isinstance(row, Entry) else LOOK, pk=row.pk)


def _tables(wanted: Wanted, by: Actor | None) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """What of the journal and of the looks is meant, in no sequence."""
    own = theirs = Q()
    if by is not None:
        if not administers(by):
            raise NotAllowed(by.role)
        own = Q(**_owner(by))
        theirs = Q(audience__contains=[by.side])
    seen = Q(subject_kind__in=looks_of(wanted.kind))
    return (
        Entry.objects.filter(
            Audited(), own, theirs, changes_of(wanted.kind), _narrowed(wanted, ENTRY)
        ),
        Look.objects.filter(own, seen, _narrowed(wanted, LOOK)),
    )


def _newest(tables: tuple[QuerySet[Any], ...], most: int) -> list[Entry | Look]:
    found: list[Any] = [each.order_by("-at", "-pk")[:most] for each in tables]
    return list(islice(merge(*found, key=_sequence, reverse=True), most))


def _sequence(row: Entry | Look) -> tuple[datetime, str, int]:
    place = place_of(row)
    return place.at, place.table, place.pk


def _narrowed(wanted: Wanted, table: str) -> Q:
    told = Q() if wanted.people is None else Q(person_id__in=wanted.people)
    kind, number = wanted.subject
    told &= Q(subject_kind=kind) if kind else Q()
    told &= Q(subject_id=number) if number is not None else Q()
    told &= Q(at__gte=wanted.since) if wanted.since else Q()
    told &= Q(at__lt=wanted.until) if wanted.until else Q()
    if (before := wanted.before) is None:
        return told
    # `at` alone first, which leads into the index.
    told &= Q(at__lte=before.at)
    if table == before.table:
        return told & (Q(at__lt=before.at) | Q(pk__lt=before.pk))
    return told if table < before.table else told & Q(at__lt=before.at)


def _owner(by: Actor) -> dict[str, int | None]:
    if by.customer_id:
        return {"customer_id": by.customer_id}
    if by.seller_id:
        return {"seller_id": by.seller_id}
    if by.manufacturer_id:
        return {"manufacturer_id": by.manufacturer_id}
    if by.collector_id:
        return {"collector_id": by.collector_id}
    raise NotAllowed(by.role)
