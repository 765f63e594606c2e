"""THE table: what follows from each event, who is told and how.

Open pages need no row: triggers tell them of every entry, and of what becomes of each message,
when it commits.
"""

from collections.abc import Callable, Iterable, Sequence
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
from tonerloop.manufacturers.rules import with_rules
from tonerloop.orders.actions import confirm_by_rule, may_confirm
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import SEND, SEND_PUSH
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
from tonerloop.outbound.subjects import load, load_all, thread_of
from tonerloop.outbound.webhooks.channel import push_open_requests
from tonerloop.parties.charge import look_up
from tonerloop.parties.models import Person

Entries = Sequence[Entry]

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


def rules(entries: Entries, now: datetime) -> None:
    """Let the manufacturers' rules look at the orders, each in a job of its own."""
    makers = with_rules({entry.manufacturer_id for entry in entries if entry.manufacturer_id})
    for entry in entries:
        if entry.manufacturer_id in makers:
            queue(APPLY_RULES, {"order_id": entry.subject_id})


def confirm(entries: Entries, now: datetime) -> None:
    """Let the customers' rules answer for the seller, where there are any."""
    customers = may_confirm({entry.customer_id for entry in entries if entry.customer_id})
    for entry in entries:
        if entry.customer_id in customers:
            confirm_by_rule(entry.subject_id)


def _check_thresholds(entries: Entries, now: datetime) -> None:
    for entry in entries:
        check_thresholds(entry.subject_id, now)


def _push_open_requests(entries: Entries, now: datetime) -> None:
    for entry in entries:
        push_open_requests(entry, now)


# What the server itself does about an event: verbs that may run twice and that nobody waits for.
# They run before anybody is told. Webhooks need no row: whoever subscribes is told.
FOLLOWS: dict[Event, Callable[[Entries, datetime], object]] = {
    Event.ORDER_PLACED: confirm,
    Event.ORDER_PRICE_CONFIRMED: rules,
    Event.COLLECTION_COUNTED: _check_thresholds,
    Event.COLLECTION_CORRECTED: _check_thresholds,
    Event.CHANNEL_CHANGED: _push_open_requests,
    Event.WEBHOOK_CHANGED: _push_open_requests,
}


def follow(entries: Entries, now: datetime) -> None:
    """Carry out what follows from entries by itself."""
    for event, verb in FOLLOWS.items():
        if about := [entry for entry in entries if entry.event == event]:
            verb(about, now)


@transaction.atomic
def tell(entries: Entries, now: datetime) -> None:
    """Make the entries' messages, each recipient once however often this runs, and send them."""
    routed = [entry for entry in entries if ROUTES[Event(entry.event)]]
    load_all(routed)
    subjects = [load(entry) for entry in routed]
    look_up([subject.customer for subject in subjects if isinstance(subject, Order)], now)
    _keep(zip(routed, subjects, strict=True), now)


@transaction.atomic
def tell_by_mail_instead(entry: Entry, person: Person | None, now: datetime) -> None:
    """A phone could not be reached, so an order that waits goes by mail; to the office for None."""
    subject = load(entry)
    _send(_messages(entry, subject, to_answer_by_mail(subject, person), now))


def _keep(told: Iterable[tuple[Entry, Any]], now: datetime) -> None:
    made: list[Message] = []
    for entry, subject in told:
        recipients = (r for route in ROUTES[Event(entry.event)] for r in route(subject))
        made += _messages(entry, subject, recipients, now)
    _send(made)


def _messages(
    entry: Entry, subject: Any, told: Iterable[Recipient], now: datetime
) -> list[Message]:
    recipients = {r.address.lower(): r for r in told}
    return [_message(entry, subject, r, now) for r in recipients.values()]


def _send(made: list[Message]) -> None:
    """Keep those that are new, and queue all that are still to be sent."""
    if not made:
        return
    Message.objects.bulk_create(made, ignore_conflicts=True)
    for task, channel in ((SEND_PUSH, PUSH), (SEND, EMAIL)):
        entries = {message.entry_id for message in made if message.channel == channel}
        queued = Message.objects.filter(
            entry__in=entries, channel=channel, state=Message.State.QUEUED
        )
        jobs: list[dict[str, JSONValue]] = [
            {"message_id": pk}
            for pk in (queued.order_by("pk").values_list("pk", flat=True) if entries else ())
        ]
        if jobs:
            queue(task, *jobs)


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
