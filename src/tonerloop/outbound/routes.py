"""THE table: what follows from each event, who is told and how.

Open pages need no row: triggers tell them of every entry, and of what becomes of each message,
when it commits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from django.conf import settings
from django.db import transaction
from procrastinate.types import JSONValue

from tonerloop.common.actor import Side
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order
from tonerloop.outbound.actions import SEND
from tonerloop.outbound.models import Message
from tonerloop.outbound.queueing import queue

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


Route = Callable[[Order], Iterable[Recipient]]


def buyer(template: str) -> Route:
    """A mail to whoever placed the order."""

    def route(order: Order) -> Iterable[Recipient]:
        person = order.placed_by
        yield Recipient(
            channel=EMAIL,
            template=template,
            address=person.email,
            side=Side.BUYER,
            language=person.language,
            time_zone=person.time_zone,
        )

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
    Event.BASKET_MISFIT_REFUSED: (),
    Event.BASKET_MISFIT_MEANT: (),
    Event.RECORD_CHANGED: (),
    Event.KEY_CREATED: (),
    Event.KEY_REVOKED: (),
}


@transaction.atomic
def tell(entry: Entry, now: datetime) -> None:
    """Make the entry's messages, each recipient once however often this runs, and send mails."""
    routes = ROUTES[Event(entry.event)]
    if not routes:
        return
    related = ("placed_by", "customer__salesperson", "seller", "manufacturer")
    order = Order.objects.select_related(*related).get(pk=entry.subject_id)
    recipients = {r.address.lower(): r for route in routes for r in route(order)}
    messages = [_message(entry, order, r, now) for r in recipients.values()]
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    queued = entry.messages.filter(channel=EMAIL, state=Message.State.QUEUED)
    jobs: list[dict[str, JSONValue]] = [
        {"message_id": pk} for pk in queued.values_list("pk", flat=True)
    ]
    if jobs:
        queue(SEND, *jobs)


def _message(entry: Entry, order: Order, to: Recipient, now: datetime) -> Message:
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
    return Message(
        entry=entry,
        order_id=order.pk,
        channel=to.channel,
        template=to.template,
        recipient=to.address,
        side=to.side,
        language=to.language,
        time_zone=to.time_zone,
        # Made once and kept: a mail that is sent again carries the same id.
        message_id=f"<{order.number}.{entry.pk}.{crc32(to.address.lower().encode())}@{host}>",
        created_at=now,
        changed_at=now,
    )
