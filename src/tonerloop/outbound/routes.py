"""THE table: what follows from each event, who is told and how.

Open pages need no row: triggers tell them of every entry, and of what becomes of each message,
when it commits.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from zlib import crc32

from django.conf import settings
from django.db import transaction
from procrastinate.types import JSONValue

from tonerloop.collection.actions.watching import check_thresholds
from tonerloop.common.queueing import queue
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.rules import in_force
from tonerloop.orders.actions import confirm_by_rule, may_confirm
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import SEND
from tonerloop.outbound.models import Message
from tonerloop.outbound.recipients import (
    EMAIL,
    PUSH,
    Recipient,
    Route,
    buyer,
    deputy,
    desk,
    desk_mail,
    in_charge,
    keepers,
    mailbox,
    maker,
    members,
    office,
    only_while,
    phones,
    registrant,
    requester,
    seller,
    taker,
    to_answer,
    to_answer_by_mail,
)
from tonerloop.outbound.subjects import load, thread_of
from tonerloop.outbound.webhooks.channel import push_open_requests
from tonerloop.parties.models import Person

ROUTES: dict[Event, tuple[Route, ...]] = {
    Event.ORDER_PLACED: (to_answer,),
    Event.ORDER_PRICE_CONFIRMED: (desk("approval_request"),),
    Event.ORDER_TERMS_IMPROVED: (),
    Event.ORDER_BELOW_FLOOR: (),
    Event.ORDER_CHANGE_PROPOSED: (buyer("order_waiting"),),
    Event.ORDER_QUESTION_ASKED: (buyer("order_waiting"),),
    Event.ORDER_CHANGE_ACCEPTED: (),
    Event.ORDER_CHANGE_DECLINED: (),
    Event.ORDER_REPLIED: (
        to_answer,
        only_while(Status.PRICE_CONFIRMED, desk("approval_request")),
    ),
    Event.ORDER_LINES_ANSWERED: (),
    Event.ORDER_GIVEN_BACK: (to_answer,),
    Event.ORDER_APPROVED: (buyer("order_approved"), seller("order_approved")),
    Event.ORDER_CANCELLED: (
        buyer("order_cancelled"),
        seller("order_cancelled"),
        desk("withdrawal", only_if_asked=True),
    ),
    Event.ORDER_SHIPPED: (),
    Event.ORDER_DELIVERED: (),
    Event.ORDER_RETURNED: (),
    Event.ORDER_PRICE_REMINDED: (only_while(Status.PLACED, in_charge("price_reminder"), phones),),
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
    Event.ORDER_HANDED_OVER: (to_answer,),
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


def confirm(entry: Entry, now: datetime) -> None:
    """Let the customer's rule answer for the seller, where there is one."""
    if entry.customer_id is not None and may_confirm(entry.customer_id):
        confirm_by_rule(entry.subject_id)


# What the server itself does about an event: verbs that may run twice and that nobody waits for.
# They run before anybody is told. Webhooks need no row: whoever subscribes is told.
FOLLOWS: dict[Event, Callable[[Entry, datetime], object]] = {
    Event.ORDER_PLACED: confirm,
    Event.ORDER_PRICE_CONFIRMED: rules,
    Event.COLLECTION_COUNTED: lambda entry, now: check_thresholds(entry.subject_id, now),
    Event.COLLECTION_CORRECTED: lambda entry, now: check_thresholds(entry.subject_id, now),
    Event.CHANNEL_CHANGED: push_open_requests,
    Event.WEBHOOK_CHANGED: push_open_requests,
}


def follow(entry: Entry, now: datetime) -> None:
    """Carry out what follows from an entry by itself."""
    verb = FOLLOWS.get(Event(entry.event))
    if verb is not None:
        verb(entry, now)


@transaction.atomic
def tell(entry: Entry, now: datetime) -> None:
    """Make the entry's messages, each recipient once however often this runs, and send them."""
    routes = ROUTES[Event(entry.event)]
    if not routes:
        return
    subject = load(entry)
    _keep(entry, subject, [r for route in routes for r in route(subject)], now)


@transaction.atomic
def tell_by_mail_instead(entry: Entry, person: Person | None, now: datetime) -> None:
    """A phone could not be reached, so an order that waits goes by mail; to the office for None."""
    subject = load(entry)
    _keep(entry, subject, to_answer_by_mail(subject, person), now)


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
