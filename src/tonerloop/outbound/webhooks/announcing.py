"""From a journal entry to messages: one for each endpoint that hears of it, made once."""

from collections.abc import Iterable, Iterator, Sequence
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
from tonerloop.outbound.subjects import load, load_all
from tonerloop.outbound.webhooks.models import PARTIES, Delivery, Endpoint
from tonerloop.outbound.webhooks.payload import Place, body_of
from tonerloop.outbound.webhooks.types import REQUESTED, TEST, WITHDRAWN, type_of

SEND = "outbound.send_webhook"
CAUGHT_UP = timedelta(minutes=10)  # entries whose own job is late are told in their turn


@transaction.atomic
def announce(entries: Sequence[Entry], now: datetime) -> None:
    """Make the entries' messages for every endpoint of their parties that subscribes to them.

    Entries of the same subject that came before and are not told yet go first, so that numbers
    follow what happened even where the jobs do not. The endpoints are locked meanwhile.
    """
    made: list[Delivery] = []
    listening = _listening(entries)
    load_all(entry for entry in entries if any(_hears(each, entry) for each in listening))
    for endpoint in listening:
        for entry in entries:
            if _hears(endpoint, entry):
                for each in _untold(entry, endpoint):
                    delivery = _deliver(each, endpoint, now)
                    if delivery is not None:
                        made.append(delivery)
    queue_all(made)


def _listening(entries: Iterable[Entry]) -> list[Endpoint]:
    """The endpoints that hear of any of these, locked, always in the same order; one query."""
    wanted = Q(pk__in=[entry.subject_id for entry in entries if entry.event == TEST])
    for side, kind in PARTIES.items():
        told = [each for each in entries if each.event != TEST and type_of(each, side)]
        parties = {getattr(each, f"{kind}_id") for each in told} - {None}
        if parties:
            types = sorted({type_of(each, side) for each in told})
            wanted |= Q(**{f"{kind}_id__in": sorted(parties)}, events__overlap=types)
    found = Endpoint.objects.filter(wanted, removed_at=None)
    return list(found.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _hears(endpoint: Endpoint, entry: Entry) -> bool:
    """True if the entry is its party's, and of a type to which it subscribes."""
    if entry.event == TEST:
        return entry.subject_id == endpoint.pk
    its_own: int | None = getattr(entry, f"{PARTIES[Side(endpoint.side)]}_id")
    return its_own == endpoint.party_id and type_of(entry, endpoint.side) in endpoint.events


def queue_all(deliveries: Iterable[Delivery]) -> None:
    """Queue a job for each that is to be tried."""
    jobs: list[dict[str, JSONValue]] = [
        {"delivery_id": each.pk} for each in deliveries if each.next_at is not None
    ]
    if jobs:
        queue(SEND, *jobs)


def tell_of_request(entry: Entry, endpoint: Endpoint, now: datetime) -> None:
    """Tell an endpoint, once, of an approval request from before its party chose webhooks."""
    if Delivery.objects.filter(endpoint=endpoint, message__entry=entry).exists():
        return
    delivery = _deliver(entry, endpoint, now, since=entry.at)
    if delivery is not None:
        queue_all([delivery])


def message_id(entry: Entry, endpoint: Endpoint) -> str:
    """The message's id: follows from what it is about, so it can be no other a second time."""
    about = salted_hmac("tonerloop.webhooks", f"{entry.pk}.{endpoint.key}", algorithm="sha256")
    return f"msg_{about.hexdigest()[:32]}"


def _untold(entry: Entry, endpoint: Endpoint) -> Iterator[Entry]:
    """The entry and those before it about the same thing, where the endpoint was not told yet."""
    since = max(endpoint.subscribed_at, entry.at - CAUGHT_UP)
    same = Entry.objects.filter(subject_kind=entry.subject_kind, subject_id=entry.subject_id)
    until = same.filter(Q(pk=entry.pk) | Q(pk__lt=entry.pk, at__gte=since))
    told = Message.objects.filter(webhook__endpoint=endpoint).values("entry_id")
    for each in until.exclude(pk__in=told.filter(entry__in=until)).order_by("pk"):
        yield entry if each.pk == entry.pk else each  # what it is about is loaded already


def _deliver(
    entry: Entry, endpoint: Endpoint, now: datetime, since: datetime | None = None
) -> Delivery | None:
    """The message, or None where the endpoint does not hear of this entry."""
    kind = type_of(entry, endpoint.side)
    if kind not in (*endpoint.events, TEST) or entry.at < (since or endpoint.created_at):
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
