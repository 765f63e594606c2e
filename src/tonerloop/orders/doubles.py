"""What the same customer ordered a short while ago, or is still to come: a likely double."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tonerloop.common.actor import Actor, known
from tonerloop.common.rows import partly
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.quote import Quote, QuotedLine
from tonerloop.orders.states import OPEN, LineState, Status
from tonerloop.parties.models import Person

LATELY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Double:
    """A line of the basket, and the line of the order that looks like the same."""

    quoted: QuotedLine
    before: OrderLine

    def is_own(self, by: Actor) -> bool:
        """True if the reader ordered it, False if a colleague did."""
        return self.before.order.placed_by_id == by.person_id


# For each line of the basket the latest of the customer's that is like it, so that whoever orders
# the same each hour waits no longer for it.
_SQL = """
SELECT w.place, b.id, b.ordered_quantity, b.order_id, b.number, b.placed_at, p.id, p.name
FROM unnest(%(items)s::bigint[], %(machines)s::bigint[], %(sites)s::bigint[], %(counts)s::int[])
     WITH ORDINALITY AS w (item, machine, site, quantity, place)
CROSS JOIN LATERAL (
    SELECT l.id, l.ordered_quantity, l.order_id, o.number, o.placed_at, o.placed_by_id
    FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
    WHERE o.customer_id = %(customer)s AND l.consumable_id = w.item
      AND (%(narrowed)s::bigint[] IS NULL OR o.site_id = ANY(%(narrowed)s::bigint[]))
      AND (l.equipment_id = w.machine OR o.site_id = w.site)
      AND o.status <> %(cancelled)s AND l.state <> %(rejected)s
      AND (o.placed_at >= %(since)s
           OR o.status = ANY(%(open)s) AND l.ordered_quantity = w.quantity)
    ORDER BY o.placed_at DESC, l.id DESC LIMIT 1
) b
JOIN parties_person p ON p.id = b.placed_by_id
ORDER BY w.place
"""


def likely_doubles(quoted: Quote, *, by: Actor) -> list[Double]:
    """For each line of the basket the latest order of the same; one query.

    The same: this item for this machine or this site, ordered within a day, or still open with
    this quantity. Only orders that this buyer may see (`visible_to`).
    """
    lines = [one.basket_line for one in quoted.lines]
    if not lines:
        return []
    given: dict[str, Any] = {
        "items": [line.consumable_id for line in lines],
        "machines": [line.equipment_id for line in lines],
        "sites": [line.site_id for line in lines],
        "counts": [line.quantity for line in lines],
        "customer": known(by.customer_id),
        "narrowed": None if by.site_ids is None else list(by.site_ids),
        "since": timezone.now() - LATELY,
        "open": [str(status) for status in OPEN],
        "cancelled": Status.CANCELLED,
        "rejected": LineState.REJECTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, given)
        return [_double(quoted.lines[row[0] - 1], *row[1:]) for row in cursor.fetchall()]


def _double(
    quoted: QuotedLine,
    line_id: int,
    quantity: int,
    order_id: int,
    number: str,
    placed_at: datetime,
    person_id: int,
    name: str,
) -> Double:
    order = partly(Order, id=order_id, number=number, placed_at=placed_at, placed_by_id=person_id)
    order.placed_by = partly(Person, id=person_id, name=name)
    before = partly(OrderLine, id=line_id, ordered_quantity=quantity, order_id=order_id)
    before.order = order
    return Double(quoted=quoted, before=before)
