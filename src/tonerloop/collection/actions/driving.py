"""What a driver reports, often later than it happened, and exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.common import fetch, tell
from tonerloop.collection.models import CollectionRequest, DriverReport, Label
from tonerloop.collection.numbers import scanned
from tonerloop.collection.states import IllegalMove, Missed, Status
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused

PICKED_UP = "picked_up"
MOST_SCANNED = 500


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the phone kept: which stop, what happened, which labels, when by its clock."""

    key: UUID
    number: str
    outcome: str
    at: datetime
    scans: Sequence[str] = field(default_factory=tuple)
    count: int | None = None
    note: str = ""


@transaction.atomic
def report_stop(told: Told, *, by: Actor) -> DriverReport:
    """Apply what a driver's phone tells of a stop; told again, it changes nothing.

    A report to a request that has moved on is kept and marked as not applied, since the driver
    may be a day away and must not be asked to do anything about it.
    """
    require(by, Role.DRIVER)
    request = fetch(told.number, by=by)
    earlier = DriverReport.objects.filter(key=told.key).first()
    if earlier is not None:
        return earlier
    if told.outcome != PICKED_UP and told.outcome not in Missed.values:
        raise Refused("outcome", _("Say what happened at the stop."))
    identifiers = _identifiers(told)
    try:
        _apply(request, told, identifiers, by)
        applied = True
    except IllegalMove:
        applied = False
    return DriverReport.objects.create(
        key=told.key,
        request=request,
        driver_id=known(by.person_id),
        done_at=min(told.at, timezone.now()),
        received_at=timezone.now(),
        outcome=told.outcome,
        identifiers=identifiers,
        count=told.count,
        note=told.note.strip()[:200],
        applied=applied,
    )


def _identifiers(told: Told) -> list[str]:
    found = []
    for text in list(told.scans)[:MOST_SCANNED]:
        identifier = scanned(text)
        if identifier is None:
            words = _("%(text)s is no label of ours, or mistyped. Scan it again.")
            raise Refused("scans", words % {"text": text[:40]})
        found.append(identifier)
    return list(dict.fromkeys(found))


def _apply(request: CollectionRequest, told: Told, identifiers: list[str], by: Actor) -> None:
    at = min(told.at, timezone.now())
    if told.outcome in (PICKED_UP, Missed.WRONG_COUNT):
        request.move(Status.PICKED_UP, side=by.side)
        request.picked_up_at = at
        own = Label.objects.filter(customer_id=request.customer_id, identifier__in=identifiers)
        own.filter(picked_up_at=None).update(picked_up_at=at)
        # A label of an earlier, unused print comes along with this request.
        own.filter(request=None).update(request=request)
    else:
        request.move(Status.REQUESTED, side=by.side)
    request.missed = "" if told.outcome == PICKED_UP else told.outcome
    request.save()
    missed = told.outcome not in (PICKED_UP, Missed.WRONG_COUNT)
    event = Event.COLLECTION_MISSED if missed else Event.COLLECTION_PICKED_UP
    count = told.count if told.count is not None else len(identifiers)
    data = {"count": count, "outcome": told.outcome, "note": told.note.strip()[:200]}
    tell(event, request, by=by, data=data)
