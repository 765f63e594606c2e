"""What has left the building, read where it arrived: the mailbox's files, the receivers' logs."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from tonerloop.common.actor import Side
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.outbound.models import Delivery, Message
from tonerloop.outbound.routes import ROUTES
from tonerloop.outbound.subjects import load
from tonerloop.outbound.webhooks.models import PARTIES, Endpoint
from tonerloop.outbound.webhooks.types import TEST, type_of

# Whoever is told by these is told whatever became of the thing since.
ALWAYS = {
    Event.ORDER_APPROVED,
    Event.ORDER_CANCELLED,
    Event.ORDER_CHANGE_PROPOSED,
    Event.ORDER_QUESTION_ASKED,
    Event.ORDER_PRICE_CONFIRMED,
    *(event for event in ROUTES if event.startswith("collection.")),
}
DONE = {Message.State.SENT, Message.State.FETCHED, Message.State.OVERTAKEN}


class Heard(Protocol):
    """One request that a receiver has read."""

    headers: dict[str, str]
    body: bytes
    path: str


_KNOWN: dict[str, tuple[str, str]] = {}  # a mail's file: its Message-ID and its reader


@dataclass
class Arrived:
    """Mails as (id, address) and webhook messages as id → bodies."""

    mails: Counter[tuple[str, str]]
    hooks: dict[str, list[bytes]]

    @classmethod
    def read(cls, mail: Path, heard: list[Heard]) -> "Arrived":
        """Everything that has arrived until now; what was cut off in the middle has not."""
        hooks: dict[str, list[bytes]] = defaultdict(list)
        for one in heard:
            if len(one.body) == int(one.headers["content-length"]):
                hooks[one.headers["webhook-id"]].append(one.body)
        return cls(Counter(_mail(file) for file in mail.glob("*.eml")), hooks)

    def repeated_mails(self) -> int:
        """Mails that came again, under the same id."""
        return sum(n > 1 for n in self.mails.values())

    def repeated_hooks(self) -> int:
        """Messages that came again, under the same id."""
        return sum(len(bodies) > 1 for bodies in self.hooks.values())

    def missing(self, after: int) -> Iterator[str]:
        """What the entries after this one should have sent and did not, or sent twice in effect."""
        dispatched, made = _dispatched(), _made(after)
        for entry in Entry.objects.filter(pk__gt=after).order_by("pk"):
            if entry.pk not in dispatched:
                yield f"{entry.event} {entry.pk} was never told"
            yield from _expected(entry, made)
        yield from self._mails()
        yield from self._hooks()

    def _mails(self) -> Iterator[str]:
        told = Message.objects.filter(channel=Message.Channel.EMAIL)
        by_id = {m.message_id: m for m in told}
        for message_id, address in self.mails:
            found = by_id.get(message_id)
            if found is None or found.recipient != address:
                yield f"a mail {message_id} to {address} that nobody was to get"
        for message in by_id.values():
            if message.state not in DONE:
                yield f"mail {message.pk} {message.template} is {message.state}: {message.error}"
            sent = message.state == Message.State.SENT
            if sent and not self.mails[message.message_id, message.recipient]:
                yield f"mail {message.message_id} is called sent and did not arrive"

    def _hooks(self) -> Iterator[str]:
        told = {d.message.message_id: d for d in Delivery.objects.select_related("message")}
        yield from (
            f"webhook {pk} that nobody was to get" for pk in self.hooks.keys() - told.keys()
        )
        for message_id, delivery in told.items():
            state, bodies = delivery.message.state, self.hooks.get(message_id, [])
            if state != Message.State.SENT:
                yield f"webhook {delivery.pk} is {state}: {delivery.message.error}"
            elif not bodies:
                yield f"webhook {message_id} is called sent and did not arrive"
            if any(json.loads(body) != json.loads(delivery.body) for body in bodies):
                yield f"webhook {message_id} came with another content"
        numbers: dict[Any, list[int]] = defaultdict(list)
        for one in told.values():
            numbers[one.endpoint_id, one.subject_kind, one.subject_id].append(one.sequence)
        for subject, found in numbers.items():
            if sorted(found) != list(range(1, len(found) + 1)):
                yield f"webhooks about {subject} are numbered {sorted(found)}"


def _dispatched() -> set[int]:
    jobs = ProcrastinateJob.objects.filter(task_name="outbound.dispatch", status="succeeded")
    return {args["entry_id"] for args in jobs.values_list("args", flat=True)}


def _made(after: int) -> Counter[tuple[int, int]]:
    """How many webhook messages each endpoint has of each entry after this one."""
    late = Delivery.objects.filter(message__entry__gt=after)
    return Counter(late.values_list("endpoint_id", "message__entry_id"))


def _expected(entry: Entry, made: Counter[tuple[int, int]]) -> Iterator[str]:
    """Whoever is always told by the entry has a message of it, each endpoint one."""
    told = {address.lower() for address in entry.messages.values_list("recipient", flat=True)}
    if entry.event in ALWAYS:
        subject = load(entry)
        for route in ROUTES[Event(entry.event)]:
            for recipient in route(subject):
                if recipient.address.lower() not in told:
                    yield f"{entry.event} {entry.pk}: {recipient.address} was not told"
    for endpoint in _hearing(entry).exclude(side=Side.MANUFACTURER):
        wanted = type_of(entry, endpoint.side) in endpoint.events
        number = made[endpoint.pk, entry.pk]
        if wanted and entry.at >= endpoint.created_at and number != 1:
            yield f"{entry.event} {entry.pk}: {number} messages to {endpoint}"


def _hearing(entry: Entry) -> QuerySet[Endpoint]:
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


def _mail(file: Path) -> tuple[str, str]:
    if file.name not in _KNOWN:
        mail = message_from_bytes(file.read_bytes(), policy=policy.compat32)
        message_id = str(mail["Message-ID"]).strip()
        _KNOWN[file.name] = (message_id, str(mail["X-Envelope-To"]).strip())
    return _KNOWN[file.name]
