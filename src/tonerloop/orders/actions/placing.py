"""Placing: a basket becomes orders, exactly once, at the prices that were shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.common.references import order_number
from tonerloop.journal.events import Event
from tonerloop.journal.record import record
from tonerloop.orders.actions.common import subject
from tonerloop.orders.actions.storing import write
from tonerloop.orders.basket import check_requested
from tonerloop.orders.deadlines import rows_of
from tonerloop.orders.models import Basket, JustPlaced, NumberKey, Order, OrderLine
from tonerloop.orders.points_use import Spending, use_points
from tonerloop.orders.quote import Quote, QuotedLine, QuotedOrder, quote


class PricesChanged(Exception):
    """What the buyer saw is not what would be stored now; nothing was ordered."""

    def __init__(self, now: Quote, seen: Mapping[str, str]) -> None:
        super().__init__("prices changed since review")
        self.now, self.seen = now, seen


class NotOrderable(Exception):
    """The basket is empty or a line cannot be ordered as it is; nothing was ordered."""


@dataclass(frozen=True)
class Wishes:
    """The buyer's own reference and the delivery day asked for, as typed at review."""

    reference: str = ""
    requested_date: date | None = None
    spending: tuple[Spending, ...] = ()  # points to be used as a reduction


@transaction.atomic
def place(
    key: UUID, *, seen: Mapping[str, str], by: Actor, wishes: Wishes | None = None
) -> list[Order]:
    """Make the basket's orders, or give back those it became when it was placed before.

    `seen` is what the review showed (`Quote.seen`); `wishes` replace those kept with the
    basket. Raises Basket.DoesNotExist if the basket
    isn't the buyer's, PricesChanged, NotOrderable, or Refused for a day that has passed.
    """
    require(by, Role.BUYER)
    basket = (
        Basket.objects.select_for_update(of=("self",))
        .select_related("customer__seller__working_time")
        .get(key=key, customer_id=known(by.customer_id), person_id=known(by.person_id))
    )
    if basket.placed_at:
        return list(basket.orders.order_by("pk"))
    if wishes is not None:
        basket.reference, basket.requested_date = wishes.reference, wishes.requested_date
    check_requested(basket.requested_date, basket.customer)
    quoted = _checked(quote(basket, by=by), seen, by)
    basket.placed_at = timezone.now()
    return store(quoted, _close(quoted), by=by, wishes=wishes or Wishes())


def store(quoted: Quote, serials: list[int], *, by: Actor, wishes: Wishes) -> list[Order]:
    """The quote, which holds, becomes orders; its basket is placed already."""
    at = quoted.basket.placed_at
    assert at is not None
    numbers = [order_number(serial, _number_key()) for serial in serials]
    orders = _make_orders(quoted, numbers, by, at, wishes)
    record(
        Event.ORDER_PLACED,
        *[subject(order) for order in orders],
        by=by,
        audience=[Side.BUYER, Side.SELLER],
    )
    return orders


def _checked(now: Quote, seen: Mapping[str, str], by: Actor) -> Quote:
    sites = {line.basket_line.site_id for line in now.lines}
    foreign = by.site_ids is not None and not sites <= set(by.site_ids)
    if not now.lines or now.problems or foreign:
        raise NotOrderable
    if dict(seen) != now.seen():
        raise PricesChanged(now, seen)
    return now


def _make_orders(
    now: Quote, numbers: list[str], by: Actor, at: datetime, wishes: Wishes
) -> list[Order]:
    orders = [
        _order(now, one, number, by, at) for one, number in zip(now.orders, numbers, strict=True)
    ]
    use_points(orders, wishes.spending, by=by, at=at, day=now.day)
    lines, stages = [], []
    for place, (order, one) in enumerate(zip(orders, now.orders, strict=True), start=1):
        own = [_line(n, quoted) for n, quoted in enumerate(one.lines, start=1)]
        due = list(rows_of(order, at))
        lines += [(place, line) for line in own]
        stages += [(place, stage) for stage in due]
        order.just_placed = JustPlaced(own, due[-1].due_at)
    write(orders, lines, stages)
    return orders


def _order(now: Quote, one: QuotedOrder, number: str, by: Actor, at: datetime) -> Order:
    basket, first = now.basket, one.lines[0].basket_line
    return Order(
        number=number,
        basket=basket,
        seller=basket.customer.seller,
        customer=basket.customer,
        manufacturer=first.consumable.manufacturer,
        site=first.site,
        currency=one.currency,
        placed_at=at,
        placed_by_id=known(by.person_id),
        reference=basket.reference,
        requested_date=basket.requested_date,
        agreed_date=basket.requested_date,
        expected_date=one.expected_date,
        subtotal=one.totals.subtotal,
        tax=one.totals.tax,
        total=one.totals.total,
        taxes=one.totals.tax_rows(),
    )


def _line(position: int, quoted: QuotedLine) -> OrderLine:
    line, price = quoted.basket_line, quoted.price
    return OrderLine(
        position=position,
        consumable=line.consumable,
        equipment_id=line.equipment_id,
        fits=quoted.fits,
        unit_price=quoted.unit_price,
        ordered_price=quoted.unit_price,
        agreement_id=price.agreement_id,
        price_from=price.level,
        purchase_price=price.purchase_price,
        purchase_currency=price.purchase_currency,
        tax_percent=price.tax_percent,
        ordered_quantity=line.quantity,
    )


def _close(quoted: Quote) -> list[int]:
    """Keep the basket as placed and draw its orders' serials, in one statement."""
    basket = quoted.basket
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_basket SET placed_at = %s, reference = %s, requested_date = %s"
            " WHERE id = %s"
            " RETURNING ARRAY(SELECT nextval('orders_number_serial') FROM generate_series(1, %s))",
            [basket.placed_at, basket.reference, basket.requested_date, basket.pk, quoted.size],
        )
        [[serials]] = cursor.fetchall()
    return list(serials)


@cache
def _number_key() -> bytes:
    return bytes(NumberKey.objects.get().key)
