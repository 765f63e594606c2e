"""What the verbs of an order share: fetching, refusing, adding up, recording."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from tonerloop.common.actor import Actor, Side
from tonerloop.journal.events import Event
from tonerloop.journal.record import ALL_SIDES, Subject, record
from tonerloop.orders.errors import Stale
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.points_use import settle
from tonerloop.orders.states import LineState
from tonerloop.orders.totals import add_up


def fetch(number: str, *, by: Actor, seen_version: int | None = None) -> Order:
    """The actor's order, locked; DoesNotExist if it isn't theirs, Stale if it has moved on."""
    related = ("seller__working_time", "customer", "manufacturer__working_time")
    order = Order.objects.locked_for(by).select_related(*related).get(number=number)
    check_seen(order, seen_version)
    return order


def check_seen(order: Order, seen_version: int | None) -> None:
    """Raise Stale if the order has moved on since this version; None names no version."""
    if seen_version is not None and seen_version != order.version:
        raise Stale(order.status)


def lines_of(order: Order) -> list[OrderLine]:
    """The order's lines in their order."""
    return list(order.lines.select_related("consumable", "equipment__model"))


def add_up_order(order: Order, lines: Iterable[OrderLine]) -> None:
    """Set the order's amounts from its lines that are not rejected."""
    counted = [line for line in lines if line.state != LineState.REJECTED]
    totals = add_up(
        [(line.unit_price, line.counted_quantity, line.tax_percent) for line in counted],
        order.currency,
    )
    order.subtotal, order.tax, order.total = totals.subtotal, totals.tax, totals.total
    order.taxes = totals.tax_rows()
    settle(order, timezone.now())


def subject(order: Order) -> Subject:
    """The order as the journal knows it."""
    return Subject(
        kind="order",
        id=order.pk,
        seller_id=order.seller_id,
        customer_id=order.customer_id,
        manufacturer_id=order.manufacturer_id,
    )


def tell(
    event: Event,
    order: Order,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    audience: Sequence[Side] = ALL_SIDES,
) -> None:
    """Record an event of one order."""
    record(event, subject(order), by=by, data=data, audience=audience)
