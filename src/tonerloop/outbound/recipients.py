"""Who is told of something, over which channel: the parts of which `routes` makes its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils import timezone

from tonerloop.collection.models import CollectionRequest, Registration, ThresholdReached
from tonerloop.common.actor import Role, Side
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.models import Message
from tonerloop.outbound.push.devices import devices_of
from tonerloop.outbound.webhooks.models import PARTIES, Endpoint
from tonerloop.parties import charge
from tonerloop.parties.models import Manufacturer, Person, Seller
from tonerloop.points.models import Account, RewardOrder

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
    """Mails to the seller's order mailbox, to the salesperson in charge and to who stands in."""

    def route(order: Order) -> Iterable[Recipient]:
        there = charge.in_charge(order.customer, timezone.now()).first
        people = [p for p in (order.customer.salesperson, there) if p and p.is_active]
        if order.seller.order_email or not people:
            yield from _to_seller(order, template, None)
        for person in people:
            yield _mail(person.email, template, Side.SELLER, person)

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


def answerers(order: Order) -> list[Person]:
    """Who is there to answer an order for the seller now, first the one who is expected to."""
    found = charge.in_charge(order.customer, timezone.now())
    return [person for person in (found.first, found.second) if person]


def to_answer(order: Order) -> Iterable[Recipient]:
    """The phones of all who may answer; a mail where the first of them has none, or is nobody."""
    if order.status != Status.PLACED:
        return
    people = answerers(order)
    phones = [list(_phones(person, order)) for person in people]
    yield from (phones[0] if people else []) or _to_seller(
        order, TO_ANSWER, next(iter(people), None)
    )
    for others in phones[1:]:
        yield from others


def to_answer_by_mail(order: Order, person: Person | None) -> Iterable[Recipient]:
    """A mail to who should answer an order; to the back office where that is nobody."""
    return _to_seller(order, TO_ANSWER, person)


def phones(order: Order) -> Iterable[Recipient]:
    """The phones of whoever is expected to answer now."""
    for person in answerers(order)[:1]:
        yield from _phones(person, order)


def _phones(person: Person, order: Order) -> Iterable[Recipient]:
    if not settings.PUSH_KEY:
        return
    for device in devices_of(person, order.seller_id).select_related("person"):
        by_mail = _mail(person.email, TO_ANSWER, Side.SELLER, person)
        yield replace(by_mail, channel=PUSH, address=str(device), device_id=device.pk)


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


def _to_house(house: Seller | Manufacturer, template: str, side: Side) -> Iterable[Recipient]:
    of = charge.office_addresses if side == Side.SELLER else charge.desk_addresses
    for address in of(house.pk, house.order_email):
        yield _mail(address, template, side, house)


def _to_buyer(person: Person, template: str) -> Recipient:
    return _mail(person.email, template, Side.BUYER, person)
