"""What the verbs of a collection share: fetching, refusing, recording."""

from collections.abc import Sequence
from typing import Any

from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.collection.states import Status
from tonerloop.common.actor import Actor, Side
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record

EVERYBODY = (Side.BUYER, Side.SELLER, Side.COLLECTOR)


class Stale(Exception):
    """Somebody changed the request since this page was made; nothing was changed now."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"the request has moved on: {status}")
        self.status = status


def fetch(number: str, *, by: Actor, seen_version: int | None = None) -> CollectionRequest:
    """The actor's request, locked; DoesNotExist if it isn't theirs, Stale if it has moved on."""
    related = ("seller", "customer", "site")
    found = CollectionRequest.objects.locked_for(by).select_related(*related).get(number=number)
    if seen_version is not None and seen_version != found.version:
        raise Stale(Status(found.status))
    return found


def tell(
    event: Event,
    request: CollectionRequest,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    audience: Sequence[Side] = EVERYBODY,
) -> None:
    """Record an event of one request."""
    subject = Subject(
        kind="collection",
        id=request.pk,
        seller_id=request.seller_id,
        customer_id=request.customer_id,
        collector_id=request.collector_id,
    )
    record(event, subject, by=by, data=data, audience=audience)


def tell_registration(event: Event, registration: Registration, *, by: Actor) -> None:
    """Record an event of a registration."""
    subject = Subject(
        kind="registration",
        id=registration.pk,
        seller_id=registration.seller_id,
        customer_id=registration.customer_id,
        collector_id=registration.seller.collector_id,
    )
    record(event, subject, by=by, audience=EVERYBODY)
