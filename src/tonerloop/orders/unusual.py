"""What is unusual about a new order, line by line, and what its customer paid before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import connection

from tonerloop.common.days import local_day
from tonerloop.orders.floors import floor_on, floors_of, offered_instead, short_of_floor
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import LineState, Status
from tonerloop.pricing.floors import FloorPrice

LAST_PRICES = 5
KNOWN_WELL = 2  # earlier orders from which on we say what the customer usually orders


class Mark(StrEnum):
    """Why a line wants a second look."""

    BELOW_FLOOR = "below_floor"
    MISFIT = "misfit"
    ON_REQUEST = "on_request"
    NEW = "new"
    MANY = "many"


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What the customer paid for an item in an earlier order."""

    number: str
    day: date
    quantity: int
    unit_price: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """A line with its floor, what was paid before, and what is unusual about it."""

    line: OrderLine
    floor: FloorPrice | None = None
    last_paid: list[Paid] = field(default_factory=list)
    marks: frozenset[Mark] = frozenset()

    @property
    def most(self) -> int:
        """The largest of the quantities last ordered."""
        return max((paid.quantity for paid in self.last_paid), default=0)


def look_at(order: Order, lines: Sequence[OrderLine]) -> list[Look]:
    """One look a line, for the seller alone, since a floor is its secret; two queries.

    Three more where the manufacturer gave the order back: a substitute's floor that lies above
    the price stands in the place of the item's own.
    """
    paid = last_paid(order, lines)
    floors = floors_of(order, {line.consumable_id for line in lines})
    short = short_of_floor(order, offered_instead(order, lines))
    held = {line.pk: floor_on(line, line.consumable_id, floors) for line in lines}
    held |= {one.line.pk: one.floor for one in short}
    return [_look(order, line, held[line.pk], paid.get(line.consumable_id, [])) for line in lines]


def is_given_back(order: Order) -> bool:
    """True if the manufacturer asks a dearer purchase price, so that the seller decides anew.

    No query for an order that no manufacturer has seen yet.
    """
    if order.status != Status.PLACED or order.confirmed_at is None:
        return False
    newest = order.approval_requests.order_by("-pk").first()
    return newest is not None and newest.answers.exists()


# Asked for every new order's mail and page, so it is plain; rank 1 is the newest.
_LAST_PAID = """
SELECT consumable_id, number, placed_at, ordered_quantity, unit_price, currency FROM (
    SELECT l.consumable_id, o.number, o.placed_at, l.ordered_quantity, l.unit_price, o.currency,
           row_number() OVER (PARTITION BY l.consumable_id ORDER BY o.placed_at DESC) AS rank
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE o.customer_id = %s AND o.confirmed_at IS NOT NULL AND o.status <> %s AND o.id <> %s
      AND l.consumable_id = ANY(%s) AND l.unit_price IS NOT NULL AND l.state <> %s
) ranked WHERE rank <= %s ORDER BY rank
"""


def last_paid(order: Order, lines: Sequence[OrderLine]) -> dict[int, list[Paid]]:
    """The customer's latest confirmed prices by consumable, newest first; one query."""
    consumables = list({line.consumable_id for line in lines})
    not_those = (Status.CANCELLED.value, order.pk, consumables, LineState.REJECTED.value)
    with connection.cursor() as cursor:
        cursor.execute(_LAST_PAID, [order.customer_id, *not_those, LAST_PRICES])
        rows = cursor.fetchall()
    found: dict[int, list[Paid]] = defaultdict(list)
    for consumable, number, placed, quantity, price, currency in rows:
        day = local_day(placed, order.seller.time_zone)
        found[consumable].append(
            Paid(number=number, day=day, quantity=quantity, unit_price=price, currency=currency)
        )
    return found


def _look(order: Order, line: OrderLine, floor: FloorPrice | None, paid: list[Paid]) -> Look:
    look = Look(line=line, floor=floor, last_paid=paid)
    price = line.unit_price
    holds = {
        Mark.BELOW_FLOOR: bool(floor and price and floor.is_above(price, order.currency)),
        Mark.MISFIT: not line.fits,
        Mark.ON_REQUEST: price is None,
        Mark.NEW: not paid,
        Mark.MANY: len(paid) >= KNOWN_WELL and line.ordered_quantity > 2 * look.most,
    }
    marks = frozenset(mark for mark, is_so in holds.items() if is_so)
    return Look(line=line, floor=floor, last_paid=paid, marks=marks)
