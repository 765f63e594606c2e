"""What the same customer ordered a short while ago, or is still to come: a likely double."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from tonerloop.common.actor import Actor
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.quote import Quote, QuotedLine
from tonerloop.orders.states import OPEN, LineState, Status

LATELY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Double:
    """A line of the basket, and the line of the order that looks like the same."""

    quoted: QuotedLine
    before: OrderLine

    def is_own(self, by: Actor) -> bool:
        """True if the reader ordered it, False if a colleague did."""
        return self.before.order.placed_by_id == by.person_id


def likely_doubles(quoted: Quote, *, by: Actor) -> list[Double]:
    """For each line of the basket the latest order of the same; one query.

    The same: this item for this machine or this site, ordered within a day, or still open with
    this quantity. Only orders that this buyer may see.
    """
    if not quoted.lines:
        return []
    since = timezone.now() - LATELY
    found = OrderLine.objects.filter(
        Q(order__placed_at__gte=since) | Q(order__status__in=OPEN),
        order__in=Order.objects.visible_to(by),
        consumable_id__in={line.basket_line.consumable_id for line in quoted.lines},
    )
    found = found.exclude(order__status=Status.CANCELLED).exclude(state=LineState.REJECTED)
    earlier = list(found.select_related("order__placed_by").order_by("-order__placed_at", "-pk"))
    doubles = []
    for line in quoted.lines:
        same = (
            e for e in earlier if _same(line, e) and (e.order.placed_at >= since or _open(line, e))
        )
        if before := next(same, None):
            doubles.append(Double(quoted=line, before=before))
    return doubles


def _same(quoted: QuotedLine, before: OrderLine) -> bool:
    line = quoted.basket_line
    if line.consumable_id != before.consumable_id:
        return False
    machine = line.equipment_id is not None and line.equipment_id == before.equipment_id
    return machine or line.site_id == before.order.site_id


def _open(quoted: QuotedLine, before: OrderLine) -> bool:
    return before.order.status in OPEN and before.ordered_quantity == quoted.basket_line.quantity
