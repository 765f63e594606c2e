"""From a journal entry to messages: one for each endpoint that hears of it, made once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac
from procrastinate.types import JSONValue

from tonerloop.common.actor import Side
from tonerloop.common.queueing import queue
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.channels import pushes
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import load
from tonerloop.outbound.webhooks.models import PARTIES, Delivery, Endpoint
from tonerloop.outbound.webhooks.payload import Place, body_of
from tonerloop.outbound.webhooks.types import REQUESTED, TEST, WITHDRAWN, type_of

SEND = "outbound.send_webhook"
CAUGHT_UP = timedelta(minutes=10)  # entries whose own job is late are told in their turn


@transaction.atomic
def announce(entry: Entry, now: datetime) -> None:
    """Make the entry's message for every endpoint of its parties that subscribes to it.

    Entries of the same subject that came before and are not told yet go first, so that numbers
    follow what happened even where the jobs do not. The endpoints are locked meanwhile.
    """
    made: list[Delivery] = []
    for endpoint in hearing(entry).select_for_update(no_key=True, of=("self",)).order_by("pk"):
        for each in [*_late(entry, endpoint), entry]:
            delivery = _deliver(each, endpoint, now)
            if delivery is not None:
                made.append(delivery)
    queue_all(made)


def queue_all(deliveries: Iterable[Delivery]) -> None:
    """Queue a job for each that is to be tried."""
    jobs: list[dict[str, JSONValue]] = [
        {"delivery_id": each.pk} for each in deliveries if each.next_at is not None
    ]
    if jobs:
        queue(SEND, *jobs)


def hearing(entry: Entry) -> QuerySet[Endpoint]:
    """The endpoints of the parties that may read the entry."""
    found = Endpoint.objects.filter(removed_at=None)
    if entry.event == TEST:
        return found.filter(pk=entry.subject_id)
    parties = Q(pk__in=[])
    for side, kind in PARTIES.items():
        party_id = getattr(entry, f"{kind}_id")
        if party_id is not None and side in entry.audience:
            parties |= Q(**{f"{kind}_id": party_id})
    return found.filter(parties)


def tell_of_request(entry: Entry, endpoint: Endpoint, now: datetime) -> None:
    """Tell an endpoint of an approval request that was made before its party chose webhooks."""
    delivery = _deliver(entry, endpoint, now, since=entry.at)
    if delivery is not None:
        queue_all([delivery])


def message_id(entry: Entry, endpoint: Endpoint) -> str:
    """The message's id: follows from what it is about, so it can be no other a second time."""
    about = salted_hmac("tonerloop.webhooks", f"{entry.pk}.{endpoint.key}", algorithm="sha256")
    return f"msg_{about.hexdigest()[:32]}"


def _late(entry: Entry, endpoint: Endpoint) -> QuerySet[Entry]:
    since = max(endpoint.subscribed_at, entry.at - CAUGHT_UP)
    earlier = Entry.objects.filter(
        subject_kind=entry.subject_kind, subject_id=entry.subject_id, pk__lt=entry.pk, at__gte=since
    )
    told = Message.objects.filter(webhook__endpoint=endpoint).values("entry_id")
    return earlier.exclude(pk__in=told.filter(entry__in=earlier)).order_by("pk")


def _deliver(
    entry: Entry, endpoint: Endpoint, now: datetime, since: datetime | None = None
) -> Delivery | None:
    """The message, or None where the endpoint does not hear of this entry or did so already."""
    kind = type_of(entry, endpoint.side)
    if kind not in (*endpoint.events, TEST) or entry.at < (since or endpoint.created_at):
        return None
    if Delivery.objects.filter(endpoint=endpoint, message__entry=entry).exists():
        return None
    subject = load(entry)
    if endpoint.side == Side.MANUFACTURER and not _concerns(subject, kind, endpoint):
        return None
    return _make(entry, subject, endpoint, kind, now)


def _concerns(subject: Any, kind: str, endpoint: Endpoint) -> bool:
    """True unless a manufacturer would hear of an order too early, or not by its channel."""
    if not isinstance(subject, Order):
        return True
    if not subject.approval_requests.exists():
        return False
    told = _of(endpoint, "order", subject.pk)
    if kind == WITHDRAWN and told.filter(message__template=REQUESTED).exists():
        return True  # who was told of the request is told of its end, whatever the channel is now
    return kind not in (REQUESTED, WITHDRAWN) or pushes(subject.manufacturer_id)


def _of(endpoint: Endpoint, kind: str, pk: int) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=endpoint, subject_kind=kind, subject_id=pk)


def _make(entry: Entry, subject: Any, endpoint: Endpoint, kind: str, now: datetime) -> Delivery:
    before = _of(endpoint, entry.subject_kind, entry.subject_id).order_by("-sequence")
    last = before.select_related("message").first()
    sequence, previous = (last.sequence + 1, last.message.message_id) if last else (1, "")
    numbered = Place(sequence=sequence, previous=previous)
    message = Message.objects.create(
        entry=entry,
        order_id=subject.pk if isinstance(subject, Order) else None,
        channel=Message.Channel.WEBHOOK,
        template=kind,
        recipient=recipient(endpoint),
        side=endpoint.side,
        language="",
        message_id=message_id(entry, endpoint),
        state=Message.State.FAILED if endpoint.off else Message.State.QUEUED,
        error=str(endpoint.get_off_display())[:300] if endpoint.off else "",
        created_at=now,
        changed_at=now,
    )
    return Delivery.objects.create(
        message=message,
        endpoint=endpoint,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        sequence=sequence,
        body=body_of(entry, subject, endpoint, kind, numbered),
        next_at=None if endpoint.off else now,
    )


def recipient(endpoint: Endpoint) -> str:
    """How a timeline names the endpoint: its address stays between us and its owner."""
    return f"{endpoint.description} ({endpoint.key})"
