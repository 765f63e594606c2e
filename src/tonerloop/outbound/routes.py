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
from django.utils import timezone
from procrastinate.types import JSONValue

from tonerloop.collection.actions.watching import check_thresholds
from tonerloop.collection.models import CollectionRequest, Registration, ThresholdReached
from tonerloop.common.actor import Role, Side
from tonerloop.common.queueing import queue
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import confirm_by_rule
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import SEND
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import load, thread_of
from tonerloop.parties import charge
from tonerloop.parties.models import Manufacturer, Person, Seller
from tonerloop.points.models import Account, RewardOrder

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
        readers: tuple[tuple[str, Seller | Person], ...] = (
            (house.order_email, house),
            (person.email, person),
        )
        for address, reader in readers:
            if address:
                yield _mail(address, template, Side.SELLER, reader)

    return route


def in_charge(template: str) -> Route:
    """A mail to whoever answers for the customer now; to the back office where nobody is there."""

    def route(order: Order) -> Iterable[Recipient]:
        person = charge.in_charge(order.customer, timezone.now()).first
        yield from _to_seller(order, template, person)

    return route


def deputy(template: str) -> Route:
    """A mail to whoever comes after that; to the back office where there is nobody."""

    def route(order: Order) -> Iterable[Recipient]:
        person = charge.in_charge(order.customer, timezone.now()).second
        yield from _to_seller(order, template, person)

    return route


def office(template: str) -> Route:
    """A mail to the seller's order mailbox, or to its back office's people where it has none."""

    def route(order: Order) -> Iterable[Recipient]:
        yield from _to_seller(order, template, None)

    return route


def only_while(status: Status, *routes: Route) -> Route:
    """The same, as long as the order is still where it was: nobody is reminded of what is done."""

    def route(order: Order) -> Iterable[Recipient]:
        if order.status == status:
            for each in routes:
                yield from each(order)

    return route


def desk_mail(template: str) -> Route:
    """A mail to the manufacturer's order mailbox, or to its desk's people where it has none."""

    def route(order: Order) -> Iterable[Recipient]:
        maker = order.manufacturer
        for address in charge.desk_addresses(maker.pk, maker.order_email):
            yield _mail(address, template, Side.MANUFACTURER, maker)

    return route


def _to_seller(order: Order, template: str, person: Person | None) -> Iterable[Recipient]:
    if person is not None:
        yield _mail(person.email, template, Side.SELLER, person)
        return
    house = order.seller
    for address in charge.office_addresses(house.pk, house.order_email):
        yield _mail(address, template, Side.SELLER, house)


def _mail(
    address: str, template: str, side: Side, reader: Person | Seller | Manufacturer
) -> Recipient:
    return Recipient(
        channel=EMAIL,
        template=template,
        address=address,
        side=side,
        language=reader.language,
        time_zone=reader.time_zone,
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


def mailbox(template: str) -> Route:
    """A mail to the order mailbox of the seller from whom a reward is wanted."""

    def route(order: RewardOrder) -> Iterable[Recipient]:
        yield from _to_house(order.seller, template, Side.SELLER)

    return route


def taker(template: str) -> Route:
    """A mail to whoever took a reward."""

    def route(order: RewardOrder) -> Iterable[Recipient]:
        yield _to_buyer(order.ordered_by, template)

    return route


def maker(template: str) -> Route:
    """A mail to the order mailbox of the manufacturer that set a threshold."""

    def route(reached: ThresholdReached) -> Iterable[Recipient]:
        yield from _to_house(reached.threshold.manufacturer, template, Side.MANUFACTURER)

    return route


def members(template: str) -> Route:
    """A mail to every buyer who sees all of the customer's sites."""

    def route(account: Account) -> Iterable[Recipient]:
        own = account.customer.members.filter(role=Role.BUYER, active=True, all_sites=True)
        for member in own.select_related("person"):
            yield _to_buyer(member.person, template)

    return route


def _to_house(house: Seller | Manufacturer, template: str, side: Side) -> Iterable[Recipient]:
    if house.order_email:
        yield Recipient(
            channel=EMAIL,
            template=template,
            address=house.order_email,
            side=side,
            language=house.language,
            time_zone=house.time_zone,
        )


def _to_buyer(person: Person, template: str) -> Recipient:
    return _mail(person.email, template, Side.BUYER, person)


ROUTES: dict[Event, tuple[Route, ...]] = {
    Event.ORDER_PLACED: (),
    Event.ORDER_PRICE_CONFIRMED: (desk("approval_request"),),
    Event.ORDER_TERMS_IMPROVED: (),
    Event.ORDER_BELOW_FLOOR: (),
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
    Event.ORDER_PRICE_REMINDED: (only_while(Status.PLACED, in_charge("price_reminder")),),
    Event.ORDER_PRICE_TO_DEPUTY: (only_while(Status.PLACED, deputy("price_reminder")),),
    Event.ORDER_PRICE_TO_OFFICE: (only_while(Status.PLACED, office("price_reminder")),),
    Event.ORDER_APPROVAL_REMINDED: (
        only_while(Status.PRICE_CONFIRMED, desk_mail("approval_reminder")),
    ),
    Event.ORDER_APPROVAL_LATE: (
        only_while(Status.PRICE_CONFIRMED, office("answer_late"), in_charge("answer_late")),
    ),
    Event.ORDER_BUYER_REMINDED: (only_while(Status.WAITING, buyer("answer_reminder")),),
    Event.ORDER_BUYER_LATE: (
        only_while(Status.WAITING, buyer("answer_reminder"), in_charge("answer_late")),
    ),
    Event.ORDER_HANDED_OVER: (),
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
    Event.REWARD_ORDERED: (mailbox("reward_ordered"),),
    Event.REWARD_FULFILLED: (taker("reward_ended"),),
    Event.REWARD_CANCELLED: (taker("reward_ended"),),
    Event.THRESHOLD_REACHED: (maker("threshold_reached"),),
    Event.BASKET_MISFIT_REFUSED: (),
    Event.BASKET_MISFIT_MEANT: (),
    Event.RECORD_CHANGED: (),
    Event.KEY_CREATED: (),
    Event.KEY_REVOKED: (),
}

# What the server itself does about an event: verbs that may run twice and that nobody waits for,
# given what the entry is about. They run before anybody is told.
VERBS: dict[Event, Callable[[int, datetime], object]] = {
    Event.ORDER_PLACED: lambda order_id, now: confirm_by_rule(order_id),
    Event.COLLECTION_COUNTED: check_thresholds,
    Event.COLLECTION_CORRECTED: check_thresholds,
}


def follow(entry: Entry, now: datetime) -> None:
    """Carry out the verb that the entry's event asks for, on what the entry is about."""
    verb = VERBS.get(Event(entry.event))
    if verb is not None:
        verb(entry.subject_id, now)


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
