"""What the product is for, as figures of one seller: wrong items, cancellations, waiting, value."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count

from tonerloop.common.reading import reading
from tonerloop.common.wall import through
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import CancelReason, ReturnReason, Status


@dataclass(frozen=True, kw_only=True)
class Misfits:
    """Items that fit no machine: how often refused, and orders with one that was meant."""

    refused: int
    on_purpose: int
    orders: int


@dataclass(frozen=True, kw_only=True)
class Returns:
    """Pieces of the period's orders: delivered, come back, and come back as the wrong item."""

    delivered: int
    returned: int
    wrong_item: int

    @property
    def wrong_share(self) -> Decimal | None:
        """Wrong items in percent of what was delivered; None where nothing was."""
        return Decimal(100 * self.wrong_item) / self.delivered if self.delivered else None


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """How long something took: median and 90th percentile in minutes, of so many orders."""

    count: int
    median: float = 0
    most: float = 0


@dataclass(frozen=True, kw_only=True)
class Waits:
    """From placing to price confirmation, and from there to approval; `month` None: all."""

    month: date | None
    confirmation: Minutes
    approval: Minutes


@dataclass(frozen=True, kw_only=True)
class Value:
    """Orders of one month and currency that were not cancelled, and their value before tax."""

    month: date
    currency: str
    orders: int
    value: Decimal


def misfits(*, seller_id: int, since: datetime) -> Misfits:
    """Three queries; lines that were meant have an index of their own."""
    refused = Entry.objects.filter(
        seller_id=seller_id, event=Event.BASKET_MISFIT_REFUSED, at__gte=since
    ).count()
    orders = Order.objects.filter(seller_id=seller_id, placed_at__gte=since)
    meant = OrderLine.objects.filter(fits=False).values("order")
    return Misfits(
        refused=refused, on_purpose=orders.filter(pk__in=meant).count(), orders=orders.count()
    )


# Lines are numbered as their orders are placed: for many orders they are read along the index from
# the first one on, instead of looked up for each order, or all that there are.
_DELIVERED = """
WITH placed AS MATERIALIZED (
    SELECT id FROM orders_order WHERE seller_id = %(seller)s AND placed_at >= %(since)s
)
SELECT COALESCE(SUM(delivered_quantity), 0) FROM orders_orderline
WHERE order_id >= (SELECT min(id) FROM placed) AND order_id IN (SELECT id FROM placed)
"""
# What comes back comes after it was ordered: few returns, by their own time.
_RETURNED = """
SELECT COALESCE(SUM(r.quantity), 0),
       COALESCE(SUM(r.quantity) FILTER (WHERE r.reason = %(wrong)s), 0)
FROM orders_return r
JOIN orders_orderline l ON l.id = r.line_id
JOIN orders_order o ON o.id = l.order_id
WHERE r.seller_id = %(seller)s AND r.recorded_at >= %(since)s AND o.placed_at >= %(since)s
"""


def returns(*, seller_id: int, since: datetime) -> Returns:
    """What came back of the orders placed since; two queries."""
    values = {"seller": seller_id, "since": since, "wrong": ReturnReason.WRONG_ITEM.value}
    with through():  # the statements name the seller; the wall would ask for each line anew
        delivered = _rows(_DELIVERED, values)[0][0]
        returned, wrong = _rows(_RETURNED, values)[0]
    return Returns(delivered=delivered, returned=returned, wrong_item=wrong)


def cancellations(*, seller_id: int, since: datetime) -> list[tuple[CancelReason, int]]:
    """Orders cancelled since, by reason, most frequent first; one query."""
    found = (
        Order.objects.filter(seller_id=seller_id, status=Status.CANCELLED, cancelled_at__gte=since)
        .values_list("cancel_reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "cancel_reason")
    )
    return [(CancelReason(reason), count) for reason, count in found]


# Months are the seller's local ones; the empty grouping set is the whole period.
_WAITS = """
SELECT month, COUNT(confirmed),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY confirmed),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY confirmed),
       COUNT(approved),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY approved),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY approved)
FROM (
    SELECT date_trunc('month', placed_at AT TIME ZONE %(zone)s)::date AS month,
           EXTRACT(epoch FROM confirmed_at - placed_at)::float8 / 60 AS confirmed,
           EXTRACT(epoch FROM approved_at - confirmed_at)::float8 / 60 AS approved
    FROM orders_order WHERE seller_id = %(seller)s AND placed_at >= %(since)s
) waits
GROUP BY GROUPING SETS ((month), ())
ORDER BY GROUPING(month) DESC, month
"""


def waits(*, seller_id: int, since: datetime, zone: str) -> tuple[Waits, list[Waits]]:
    """The whole period's waiting times, and month by month, oldest first; one query."""
    values = {"seller": seller_id, "since": since, "zone": zone}
    whole, *months = [
        Waits(month=row[0], confirmation=_minutes(row[1:4]), approval=_minutes(row[4:7]))
        for row in _rows(_WAITS, values)
    ]
    return whole, months


_VALUES = """
SELECT date_trunc('month', placed_at AT TIME ZONE %(zone)s)::date AS month, currency,
       COUNT(*), SUM(subtotal)
FROM orders_order
WHERE seller_id = %(seller)s AND placed_at >= %(since)s AND status <> %(cancelled)s
GROUP BY 1, 2 ORDER BY 2, 1
"""


def values(*, seller_id: int, since: datetime, zone: str) -> list[Value]:
    """Orders and value by currency and month, oldest month first; one query."""
    given = {"seller": seller_id, "since": since, "zone": zone, "cancelled": Status.CANCELLED.value}
    return [
        Value(month=month, currency=currency, orders=count, value=value)
        for month, currency, count, value in _rows(_VALUES, given)
    ]


def _minutes(row: tuple[Any, ...]) -> Minutes:
    count, median, most = row
    return Minutes(count=count, median=median or 0, most=most or 0)


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with reading().cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
