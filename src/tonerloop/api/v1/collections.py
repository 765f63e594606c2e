"""The collection service: progress, requests with their labels, scheduling."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, located, makes, once_name, reads, seen_version
from tonerloop.api.v1.order_words import Named
from tonerloop.api.words import After, Id, Incoming, Limit, Text, one_of, part
from tonerloop.collection.actions.requesting import (
    MOST_BOXES,
    Wish,
    ask_for_collection,
    cancel_collection,
)
from tonerloop.collection.actions.scheduling import MOST_AT_ONCE, drivers_for, schedule
from tonerloop.collection.models import MOST_ANNOUNCED, CollectionRequest, Registration
from tonerloop.collection.progress import progress
from tonerloop.collection.states import Status, Way
from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.references import is_valid
from tonerloop.common.schema import Schema

router = Router(tags=["Collections"])
READ, WRITE = "collections:read", "collections:write"
BUYER, OFFICE, DISPATCHER, CLERK = Role.BUYER, Role.BACK_OFFICE, Role.DISPATCHER, Role.CLERK


class ProgressOut(Schema):
    """Where a customer stands that takes part."""

    registered_at: datetime
    collected: int
    delivered: int
    rate: float | None  # collected of delivered; may pass 1
    expected: int  # announced, not counted yet
    boxes_coming: int


class CollectionOut(Schema):
    """A collection request; `version` is its `ETag`."""

    number: str
    version: int
    status: str
    customer: Named
    site: Named
    way: Way
    announced: int
    containers: int
    wished_day: date | None
    note: str
    requested_at: datetime
    day: date | None  # on which it is scheduled
    driver: str
    picked_up_at: datetime | None
    missed: str
    received_at: datetime | None
    counted_at: datetime | None
    counted: int
    cancelled_at: datetime | None
    cancel_reason: str
    labels: list[str]


class CollectionsPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[CollectionOut]
    next: str


class CollectionIn(Incoming):
    """What is to be fetched."""

    site_id: Id
    way: Way
    pieces: int = Field(ge=1, le=MOST_ANNOUNCED, strict=True)
    boxes: int = Field(1, ge=1, le=MOST_BOXES, strict=True)
    day: date | None = Field(None, description="When it suits.")
    note: Text = Field("", max_length=200)


class CancelCollectionIn(Incoming):
    """Why it is not to be fetched."""

    reason: Text = Field("", max_length=200)


class ScheduleIn(Incoming):
    """Requests for a driver's day, after the stops that are there."""

    numbers: list[Annotated[str, Field(pattern="^[0-9]{10}$")]] = Field(
        min_length=1, max_length=MOST_AT_ONCE
    )
    day: date
    driver_id: Id = Field(description="One of `/drivers`.")


class ScheduledOut(Schema):
    """What was scheduled."""

    items: list[CollectionOut]


class DriversOut(Schema):
    """Who can fetch."""

    items: list[Named]


class NotTakingPart(Registration.DoesNotExist):
    """The customer does not take part in the collection service."""


@reads(router, "/collection-progress", ProgressOut, READ, BUYER)
def collection_progress(request: HttpRequest) -> ProgressOut:
    """Your progress; 404 while you do not take part."""
    now = progress(known(caller(request).customer_id))
    if now is None:
        raise NotTakingPart
    names = ("registered_at", "collected", "delivered", "rate", "expected", "boxes_coming")
    return ProgressOut(**{name: getattr(now, name) for name in names})


@reads(router, "/collections", CollectionsPage, READ, BUYER, OFFICE, DISPATCHER, CLERK)
def collections(
    request: HttpRequest,
    status: Annotated[Status, one_of(Status)] | None = None,
    day: date | None = None,
    after: After = "",
    limit: Limit = 50,
) -> CollectionsPage:
    """Collection requests, newest first; `day` is the one for which they are scheduled."""
    found = _visible(caller(request))
    wanted = {"status": status, "day": day}
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows, mark = part(found, after, limit, newest=True)
    return CollectionsPage(items=[collection_out(row) for row in rows], next=mark)


@makes(router, "/collections", CollectionOut, WRITE, BUYER)
def collection_new(request: HttpRequest, body: CollectionIn) -> CollectionOut:
    """Ask for a collection; its labels' identifiers are in the answer."""
    by = caller(request)
    made = ask_for_collection(Wish(**body.model_dump()), key=once_name(request), by=by)
    located(request, f"collections/{made.number}")
    return one_collection(made.number, by)


@reads(router, "/collections/{number}", CollectionOut, READ, BUYER, OFFICE, DISPATCHER, CLERK)
def collection(request: HttpRequest, number: str) -> CollectionOut:
    """One collection request."""
    return one_collection(number, caller(request))


@changes(router, "/collections/{number}/cancel", CollectionOut, WRITE, BUYER, OFFICE)
def collection_cancel(request: HttpRequest, number: str, body: CancelCollectionIn) -> CollectionOut:
    """End a request before it is picked up."""
    by = caller(request)
    one_collection(number, by)
    cancel_collection(number, body.reason, by=by, seen_version=seen_version(request))
    return one_collection(number, by)


@changes(router, "/collection-schedule", ScheduledOut, WRITE, OFFICE, DISPATCHER)
def collection_schedule(request: HttpRequest, body: ScheduleIn) -> ScheduledOut:
    """Put requests onto a driver's day; all or none. Sent again, they go there again."""
    by = caller(request)
    numbers = list(dict.fromkeys(body.numbers))
    done = schedule(numbers, day=body.day, driver_id=body.driver_id, by=by)
    rows = _visible(by).filter(pk__in=[one.pk for one in done]).order_by("pk")
    return ScheduledOut(items=[collection_out(row) for row in rows])


@reads(router, "/drivers", DriversOut, READ, OFFICE, DISPATCHER)
def drivers(request: HttpRequest) -> DriversOut:
    """Who can fetch for you."""
    found = drivers_for(caller(request))
    return DriversOut(items=[Named(id=m.person_id, name=m.person.name) for m in found])


def one_collection(number: str, by: Actor) -> CollectionOut:
    """The actor's request; DoesNotExist if it isn't theirs."""
    if len(number) != 10 or not is_valid(number):
        raise CollectionRequest.DoesNotExist
    return collection_out(_visible(by).get(number=number))


def _visible(by: Actor) -> Any:
    found = CollectionRequest.objects.visible_to(by)
    return found.select_related("customer", "site", "driver").prefetch_related("labels")


# Fields that are told as they are stored.
_SAME = (
    *("number", "version", "status", "way", "announced", "containers", "wished_day", "note"),
    *("requested_at", "day", "picked_up_at", "missed", "received_at", "counted_at", "counted"),
    *("cancelled_at", "cancel_reason"),
)


def collection_out(row: CollectionRequest) -> CollectionOut:
    """A request as everybody reads it who sees it."""
    same: Any = {name: getattr(row, name) for name in _SAME}
    return CollectionOut(
        **same,
        customer=Named(id=row.customer_id, name=row.customer.name),
        site=Named(id=row.site_id, name=row.site.name),
        driver=row.driver.name if row.driver else "",
        labels=sorted(label.identifier for label in row.labels.all()),
    )
