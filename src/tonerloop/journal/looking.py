"""Who looked at what is not for every eye, and the audit of an organisation: looks and changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tonerloop.common.actor import Actor, NotAllowed, Role
from tonerloop.journal.audited import ABOUT, among
from tonerloop.journal.models import Entry, Look

MOST = 10_000  # rows of one answer: ask for fewer days to see all
ADMINISTRATORS = (Role.BACK_OFFICE, Role.ORDER_DESK, Role.DISPATCHER, Role.BUYER)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the audit is asked for; empty: all."""

    about: str = ""
    person_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    most: int = MOST  # changes, and as many looks


def looked(kind: str, *, by: Actor, subject_id: int = 0) -> None:
    """Note that somebody looked at, or took away, what is not for every eye; one statement."""
    Look.objects.create(
        at=timezone.now(),
        subject_kind=kind,
        subject_id=subject_id,
        person_id=by.person_id,
        role=by.role,
        key=by.key,
        **_owner(by),
    )


def administers(by: Actor) -> bool:
    """Whether the audit is theirs to read: the offices, and buyers of all sites."""
    return by.role in ADMINISTRATORS and not (by.role == Role.BUYER and by.site_ids is not None)


def audit(wanted: Wanted, *, by: Actor) -> Iterator[Entry | Look]:
    """The organisation's audit, newest first; NotAllowed unless the actor administers it."""
    if not administers(by):
        raise NotAllowed(by.role)
    own = Q(**_owner(by))
    return _both(Entry.objects.filter(own, audience__contains=[by.side]), own, wanted)


def whole_audit(wanted: Wanted) -> Iterator[Entry | Look]:
    """Everybody's audit, newest first: for the operator alone."""
    return _both(Entry.objects.all(), Q(), wanted)


def _both(entries: QuerySet[Entry], own: Q, wanted: Wanted) -> Iterator[Entry | Look]:
    groups = [ABOUT[wanted.about]] if wanted.about in ABOUT else list(ABOUT.values())
    kinds = tuple(kind for group in groups for kind in group[1])
    events = tuple(str(event) for group in groups for event in group[2])
    changes = entries.filter(_narrowed(wanted), among(kinds, events))
    looks = Look.objects.filter(own, _narrowed(wanted), subject_kind__in=kinds)
    both = (_newest(found, wanted.most) for found in (changes, looks))
    return merge(*both, key=_at, reverse=True)


def _newest(found: QuerySet[Any], most: int) -> Iterable[Any]:
    return found.order_by("-at", "-pk")[:most].iterator(chunk_size=most)


def _at(row: Entry | Look) -> datetime:
    return row.at


def _narrowed(wanted: Wanted) -> Q:
    told = Q(person_id=wanted.person_id) if wanted.person_id else Q()
    told &= Q(at__gte=wanted.since) if wanted.since else Q()
    return told & (Q(at__lt=wanted.until) if wanted.until else Q())


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
