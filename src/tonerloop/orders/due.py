"""By when an order is to be answered, and how soon it usually is."""

import math
from datetime import timedelta

from django.db.models import F, Min, OuterRef, Q, Subquery

from tonerloop.orders.deadlines import Deadline, answer_time
from tonerloop.orders.models import Order
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.orders.states import TURN, Status

ANSWERS = 20  # looked at for what is usual
ENOUGH = 5  # fewer tell nothing
USUALLY = 0.8  # of the answers came within it


def with_due(orders: OrderQuerySet) -> OrderQuerySet:
    """Add `remind_at` and `answer_by` to each order; None where nobody has to answer."""
    mine = Deadline.objects.filter(order=OuterRef("pk"), closed_at=None).order_by()
    first = mine.values("order").annotate(at=Min("due_at")).values("at")
    last = mine.order_by("-stage").values("due_at")[:1]
    return orders.annotate(remind_at=Subquery(first), answer_by=Subquery(last))


def usual_minutes(order: Order) -> int | None:
    """Within how many working minutes such an answer comes usually; None where too few are known.

    Of this seller's last answers to new orders, or this manufacturer's to approval requests.
    """
    status = Status(order.status)
    if status not in (Status.PLACED, Status.PRICE_CONFIRMED):
        return None
    # What is answered within a minute was answered by a rule or a program, which tells nothing.
    by_people = Q(closed_at__gt=F("opened_at") + timedelta(minutes=1), closed_by=TURN[status])
    given = Deadline.objects.filter(by_people, stage=1, status=status)
    given = (
        given.filter(seller=order.seller_id)
        if status == Status.PLACED
        else given.filter(manufacturer=order.manufacturer_id)
    )
    latest = given.order_by("-closed_at").values_list("opened_at", "closed_at")
    answers = [(since, at) for since, at in latest[:ANSWERS] if at]
    if len(answers) < ENOUGH:
        return None
    calendar = answer_time(order)[0]
    took = sorted(calendar.minutes_between(since, at) for since, at in answers)
    return took[math.ceil(len(took) * USUALLY) - 1]
