"""The clock's own verb: whoever should have answered is reminded, then others are told."""

import logging
from datetime import datetime

from django.db import transaction

from tonerloop.common.actor import Actor, Role
from tonerloop.journal.events import Event
from tonerloop.journal.record import ALL_SIDES
from tonerloop.orders.actions.answering import BETWEEN_US
from tonerloop.orders.actions.common import tell
from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.parties.charge import in_charge

log = logging.getLogger(__name__)
CLOCK = Actor(role=Role.RULE, rule="deadline")
AT_ONCE = 1000  # orders in one run; the rest follows a minute later
LAST = 3

EVENTS = {
    (Status.PRICE_CONFIRMED, 1): Event.ORDER_APPROVAL_REMINDED,
    (Status.PRICE_CONFIRMED, 2): Event.ORDER_APPROVAL_REMINDED,
    (Status.PRICE_CONFIRMED, LAST): Event.ORDER_APPROVAL_LATE,
    (Status.WAITING, 1): Event.ORDER_BUYER_REMINDED,
    (Status.WAITING, 2): Event.ORDER_BUYER_LATE,
}


def tell_overdue(now: datetime) -> int:
    """Tell of every order whose answer is due, one after the other; how many were told.

    An order that somebody is answering at this moment is left alone: if it still waits
    afterwards, the next run tells. What goes wrong with one order does not stop the others.
    """
    due = Deadline.objects.filter(closed_at=None, passed_at=None, due_at__lte=now)
    ids = due.order_by("due_at").values_list("order_id", flat=True)[:AT_ONCE]
    told = 0
    for pk in dict.fromkeys(ids):
        try:
            told += _tell_one(pk, now)
        except Exception:
            log.exception("deadline of order %s", pk)
    return told


@transaction.atomic
def _tell_one(pk: int, now: datetime) -> bool:
    """Tell the latest stage that is due; the earlier ones are passed over."""
    free = Order.objects.select_for_update(of=("self",), skip_locked=True)
    order = free.select_related("customer").filter(pk=pk).first()
    if order is None:
        return False
    open_ones = order.deadlines.filter(closed_at=None)
    # Where a status was changed past the verbs, what was asked before is nobody's to answer.
    open_ones.exclude(status=order.status).update(closed_at=now, closed_by=CLOCK.side)
    due = open_ones.filter(passed_at=None, due_at__lte=now)
    latest = due.order_by("-stage").first()
    if latest is None or not due.update(passed_at=now):
        return False
    event = _event(order, latest, now)
    at_the_desk = order.status == Status.PRICE_CONFIRMED
    data = {"stage": latest.stage, "since": latest.opened_at.isoformat()}
    tell(event, order, by=CLOCK, data=data, audience=ALL_SIDES if at_the_desk else BETWEEN_US)
    return True


def _event(order: Order, deadline: Deadline, now: datetime) -> Event:
    """What happens at this stage; where nobody in charge is there, the back office is told."""
    if order.status != Status.PLACED:
        return EVENTS[Status(order.status), deadline.stage]
    charge = in_charge(order.customer, now)
    if deadline.stage == 1 and charge.first:
        return Event.ORDER_PRICE_REMINDED
    if deadline.stage == 2 and charge.second:
        return Event.ORDER_PRICE_TO_DEPUTY
    return Event.ORDER_PRICE_TO_OFFICE
