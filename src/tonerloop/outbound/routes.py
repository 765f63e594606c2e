"""THE table: what follows from each event, who is told and how.

Open pages need no row: triggers tell them of every entry, and of what becomes of each message,
when it commits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import SEND
from tonerloop.outbound.models import Message
from tonerloop.outbound.push.devices import devices_of
from tonerloop.outbound.subjects import load, thread_of
from tonerloop.parties.models import Person
from tonerloop.points.models import Account

EMAIL, DESK, PUSH = Message.Channel.EMAIL, Message.Channel.DESK, Message.Channel.PUSH
TO_ANSWER = "order_to_answer"  # by push or mail: an order waits for the seller's answer


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody or something to be told, in which language, time zone and form."""

    channel: Message.Channel
    template: str
    address: str
    side: Side
    language: str
    time_zone: str
    device_id: int | None = None


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


def answerers(order: Order) -> list[Person]:
    """Who may answer an order for the seller now, first the one whose answer is expected.

    The only place that says so.
    """
    people = (order.customer.salesperson, order.customer.deputy)
    return [person for person in people if person]


def to_answer(order: Order) -> Iterable[Recipient]:
    """The phones of all who may answer; a mail where the first of them has none."""
    if order.status != Status.PLACED:
        return
    first, *others = answerers(order)
    phones = list(_phones(first, order))
    yield from phones or [_by_mail(first)]
    for person in others:
        yield from _phones(person, order)


def _phones(person: Person, order: Order) -> Iterable[Recipient]:
    for device in devices_of(person, order.seller_id).select_related("person"):
        yield replace(_by_mail(person), channel=PUSH, address=str(device), device_id=device.pk)


def _by_mail(person: Person) -> Recipient:
    return Recipient(
        channel=EMAIL,
        template=TO_ANSWER,
        address=person.email,
        side=Side.SELLER,
        language=person.language,
        time_zone=person.time_zone,
    )


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
    Event.ORDER_PLACED: (to_answer,),
    Event.ORDER_PRICE_CONFIRMED: (desk("approval_request"),),
    Event.ORDER_CHANGE_PROPOSED: (buyer("order_waiting"),),
    Event.ORDER_QUESTION_ASKED: (buyer("order_waiting"),),
    Event.ORDER_CHANGE_ACCEPTED: (),
    Event.ORDER_CHANGE_DECLINED: (),
    Event.ORDER_REPLIED: (to_answer,),
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
}


@transaction.atomic
def tell(entry: Entry, now: datetime) -> None:
    """Make the entry's messages, each recipient once however often this runs, and send them."""
    routes = ROUTES[Event(entry.event)]
    if not routes:
        return
    subject = load(entry)
    _keep(entry, subject, [r for route in routes for r in route(subject)], now)


@transaction.atomic
def tell_by_mail_instead(entry: Entry, person: Person, now: datetime) -> None:
    """The person's phone could not be reached, so an order that waits for them goes by mail."""
    _keep(entry, load(entry), [_by_mail(person)], now)


def _keep(entry: Entry, subject: Any, told: Iterable[Recipient], now: datetime) -> None:
    recipients = {r.address.lower(): r for r in told}
    messages = [_message(entry, subject, r, now) for r in recipients.values()]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    queued = entry.messages.filter(channel__in=(EMAIL, PUSH), state=Message.State.QUEUED)
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
        device_id=to.device_id,
        side=to.side,
        language=to.language,
        time_zone=to.time_zone,
        # Made once and kept: a mail that is sent again carries the same id.
        message_id=f"<{thread}.{entry.pk}.{who}@{host}>",
        created_at=now,
        changed_at=now,
    )
