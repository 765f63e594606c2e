"""THE table: what follows from each event, who is told and how.

Open pages need no row: triggers tell them of every entry, and of what becomes of each message,
when it commits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from procrastinate.types import JSONValue

from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.common.actor import Role, Side
from tonerloop.common.queueing import queue
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.rules import in_force
from tonerloop.orders.models import Order
from tonerloop.outbound.actions import SEND
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import load, thread_of
from tonerloop.outbound.webhooks.channel import push_open_requests
from tonerloop.outbound.webhooks.models import PARTIES, Endpoint
from tonerloop.parties.models import Person
from tonerloop.points.models import Account

EMAIL, DESK = Message.Channel.EMAIL, Message.Channel.DESK


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody or something to be told, in which language, time zone and form."""

    channel: Message.Channel
    template: str
    address: str
    side: Side
    language: str
    time_zone: str


Route = Callable[[Any], Iterable[Recipient]]


def buyer(template: str) -> Route:
    """A mail to whoever placed the order."""

    def route(order: Order) -> Iterable[Recipient]:
        yield _to_buyer(order.placed_by, template)

    return route


def seller(template: str) -> Route:
    """Mails to the seller's order mailbox and to the salesperson in charge."""

    def route(order: Order) -> Iterable[Recipient]:
        house, person = order.seller, order.customer.salesperson
        for address, reader in ((house.order_email, house), (person.email, person)):
            if address:
                yield Recipient(
                    channel=EMAIL,
                    template=template,
                    address=address,
                    side=Side.SELLER,
                    language=reader.language,
                    time_zone=reader.time_zone,
                )

    return route


def desk(template: str, *, only_if_asked: bool = False) -> Route:
    """A message that lies at the manufacturer's desk and API until it is fetched."""

    def route(order: Order) -> Iterable[Recipient]:
        if only_if_asked and not order.approval_requests.exists():
            return
        maker = order.manufacturer
        yield Recipient(
            channel=DESK,
            template=template,
            address=maker.name,
            side=Side.MANUFACTURER,
            language=maker.language,
            time_zone=maker.time_zone,
        )

    return route


def requester(template: str) -> Route:
    """A mail to whoever asked for a collection; one that nobody announced, to the registrant."""

    def route(request: CollectionRequest) -> Iterable[Recipient]:
        person = request.requested_by
        if person is None:
            taken_part = request.customer.registrations.order_by("-pk").first()
            person = taken_part.registered_by if taken_part else None
        if person is not None:
            yield _to_buyer(person, template)

    return route


def registrant(template: str) -> Route:
    """A mail to whoever registered the customer for the collection service."""

    def route(registration: Registration) -> Iterable[Recipient]:
        yield _to_buyer(registration.registered_by, template)

    return route


def members(template: str) -> Route:
    """A mail to every buyer who sees all of the customer's sites."""

    def route(account: Account) -> Iterable[Recipient]:
        own = account.customer.members.filter(role=Role.BUYER, active=True, all_sites=True)
        for member in own.select_related("person"):
            yield _to_buyer(member.person, template)

    return route


def keepers(template: str) -> Route:
    """Mails to the order mailbox of a webhook's party and to whoever made the webhook."""

    def route(endpoint: Endpoint) -> Iterable[Recipient]:
        house, maker = getattr(endpoint, PARTIES[Side(endpoint.side)]), endpoint.created_by
        reader = maker or house
        addresses = (house.order_email, maker.email if maker and maker.is_active else "")
        for address in filter(None, addresses):
            yield Recipient(
                channel=EMAIL,
                template=template,
                address=address,
                side=Side(endpoint.side),
                language=getattr(reader, "language", "en"),
                time_zone=getattr(reader, "time_zone", "UTC"),
            )

    return route


def _to_buyer(person: Person, template: str) -> Recipient:
    return Recipient(
        channel=EMAIL,
        template=template,
        address=person.email,
        side=Side.BUYER,
        language=person.language,
        time_zone=person.time_zone,
    )


ROUTES: dict[Event, tuple[Route, ...]] = {
    Event.ORDER_PLACED: (),
    Event.ORDER_PRICE_CONFIRMED: (desk("approval_request"),),
    Event.ORDER_CHANGE_PROPOSED: (buyer("order_waiting"),),
    Event.ORDER_QUESTION_ASKED: (buyer("order_waiting"),),
    Event.ORDER_CHANGE_ACCEPTED: (),
    Event.ORDER_CHANGE_DECLINED: (),
    Event.ORDER_REPLIED: (),
    Event.ORDER_APPROVED: (buyer("order_approved"), seller("order_approved")),
    Event.ORDER_CANCELLED: (
        buyer("order_cancelled"),
        seller("order_cancelled"),
        desk("withdrawal", only_if_asked=True),
    ),
    Event.ORDER_SHIPPED: (),
    Event.ORDER_DELIVERED: (),
    Event.ORDER_RETURNED: (),
    Event.COLLECTION_REGISTERED: (registrant("collection_news"),),
    Event.COLLECTION_ENDED: (),
    Event.COLLECTION_BOX_SENT: (registrant("collection_news"),),
    Event.COLLECTION_REQUESTED: (),
    Event.COLLECTION_SCHEDULED: (requester("collection_news"),),
    Event.COLLECTION_MISSED: (requester("collection_news"),),
    Event.COLLECTION_PICKED_UP: (),
    Event.COLLECTION_RECEIVED: (),
    Event.COLLECTION_COUNTED: (requester("collection_news"),),
    Event.COLLECTION_CORRECTED: (requester("collection_news"),),
    Event.COLLECTION_CANCELLED: (requester("collection_news"),),
    Event.POINTS_EXPIRING: (members("points_expiring"),),
    Event.REWARD_ORDERED: (),
    Event.BASKET_MISFIT_REFUSED: (),
    Event.BASKET_MISFIT_MEANT: (),
    Event.RECORD_CHANGED: (),
    Event.KEY_CREATED: (),
    Event.KEY_REVOKED: (),
    Event.WEBHOOK_CHANGED: (),
    Event.WEBHOOK_TESTED: (),
    Event.WEBHOOK_FAILING: (keepers("webhook_news"),),
    Event.WEBHOOK_DISABLED: (keepers("webhook_news"),),
    Event.CHANNEL_CHANGED: (),
    Event.APPROVAL_RULE_BEGUN: (),
    Event.APPROVAL_RULE_ENDED: (),
}

APPLY_RULES = "outbound.apply_rules"


def rules(entry: Entry, now: datetime) -> None:
    """Let the manufacturer's rules look at the order, in a job of their own."""
    if entry.manufacturer_id is not None and in_force(entry.manufacturer_id).exists():
        queue(APPLY_RULES, {"order_id": entry.subject_id})


# What else follows, as verbs. Webhooks need no row: whoever subscribes is told of what it may read.
FOLLOWS: dict[Event, Callable[[Entry, datetime], None]] = {
    Event.ORDER_PRICE_CONFIRMED: rules,
    Event.CHANNEL_CHANGED: push_open_requests,
    Event.WEBHOOK_CHANGED: push_open_requests,
}


@transaction.atomic
def tell(entry: Entry, now: datetime) -> None:
    """Make the entry's messages, each recipient once however often this runs, and send mails."""
    routes = ROUTES[Event(entry.event)]
    if not routes:
        return
    subject = load(entry)
    recipients = {r.address.lower(): r for route in routes for r in route(subject)}
    messages = [_message(entry, subject, r, now) for r in recipients.values()]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    queued = entry.messages.filter(channel=EMAIL, state=Message.State.QUEUED)
    jobs: list[dict[str, JSONValue]] = [
        {"message_id": pk} for pk in queued.values_list("pk", flat=True)
    ]
    if jobs:
        queue(SEND, *jobs)


def _message(entry: Entry, subject: Any, to: Recipient, now: datetime) -> Message:
    thread, who = thread_of(subject), crc32(to.address.lower().encode())
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
    return Message(
        entry=entry,
        order_id=subject.pk if isinstance(subject, Order) else None,
        channel=to.channel,
        template=to.template,
        recipient=to.address,
        side=to.side,
        language=to.language,
        time_zone=to.time_zone,
        # Made once and kept: a mail that is sent again carries the same id.
        message_id=f"<{thread}.{entry.pk}.{who}@{host}>",
        created_at=now,
        changed_at=now,
    )
