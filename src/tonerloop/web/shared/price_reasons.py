"""Why a line costs what it costs, for the seller: its agreement, the list, what was paid before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from tonerloop.common.days import local_day
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import LineState, Status
from tonerloop.pricing.models import PriceAgreement
from tonerloop.pricing.prices import Price, prices_for

LAST_PRICES = 5


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What the customer paid for an item in an earlier order."""

    number: str
    day: date
    quantity: int
    unit_price: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A line, where its price comes from and what may be compared with it."""

    line: OrderLine
    source: str
    agreement: PriceAgreement | None = None
    steps: list[tuple[int, Decimal]] = field(default_factory=list)
    reached: int = 0  # the quantity from which the line's price holds; 0: no break was reached
    list_price: Decimal | None = None
    list_currency: str = ""
    last_paid: list[Paid] = field(default_factory=list)


def reasons(order: Order, lines: Sequence[OrderLine], *, compare: bool = True) -> list[Reason]:
    """One reason a line; at most four queries, two where nothing is to be compared."""
    prefetch_related_objects(list(lines), "agreement__group", "agreement__breaks")
    listed = list_prices(order, lines) if compare else {}
    paid = last_paid(order, lines) if compare else {}
    return [
        _reason(order, line, listed.get(line.consumable_id), paid.get(line.consumable_id, []))
        for line in lines
    ]


def list_prices(order: Order, lines: Sequence[OrderLine]) -> dict[int, Price]:
    """The seller's list on the day of the order, by consumable; one query."""
    return prices_for(
        seller_id=order.seller_id,
        customer_id=0,  # nobody's: no agreement but the list's can hold
        group_id=None,
        day=local_day(order.placed_at, order.seller.time_zone),
        consumables={line.consumable_id for line in lines},
    )


def last_paid(order: Order, lines: Sequence[OrderLine]) -> dict[int, list[Paid]]:
    """The customer's latest confirmed prices by consumable, newest first; one query."""
    newest = Window(
        RowNumber(), partition_by=F("consumable_id"), order_by=F("order__placed_at").desc()
    )
    rows = (
        OrderLine.objects.filter(
            order__customer_id=order.customer_id,
            order__confirmed_at__isnull=False,
            consumable_id__in={line.consumable_id for line in lines},
            unit_price__isnull=False,
        )
        .exclude(order_id=order.pk)
        .exclude(order__status=Status.CANCELLED)
        .exclude(state=LineState.REJECTED)
        .annotate(rank=newest)
        .filter(rank__lte=LAST_PRICES)
        .order_by("rank")
        .values_list(
            "consumable_id",
            "order__number",
            "order__placed_at",
            "ordered_quantity",
            "unit_price",
            "order__currency",
        )
    )
    found: dict[int, list[Paid]] = defaultdict(list)
    for consumable, number, placed, quantity, price, currency in rows:
        assert price is not None  # as asked for
        day = local_day(placed, order.seller.time_zone)
        found[consumable].append(
            Paid(number=number, day=day, quantity=quantity, unit_price=price, currency=currency)
        )
    return found


def _reason(order: Order, line: OrderLine, listed: Price | None, paid: list[Paid]) -> Reason:
    agreement = line.agreement if line.price_from in ("customer", "group", "list") else None
    steps = [(b.min_quantity, b.unit_price) for b in agreement.breaks.all()] if agreement else []
    reached = max((start for start, _p in steps if start <= line.ordered_quantity), default=0)
    return Reason(
        line=line,
        source=_source(order, line, agreement),
        agreement=agreement,
        steps=steps,
        reached=reached,
        list_price=listed.at(line.ordered_quantity) if listed else None,
        list_currency=listed.currency if listed else "",
        last_paid=paid,
    )


def _source(order: Order, line: OrderLine, agreement: PriceAgreement | None) -> str:
    if line.unit_price is None:
        return _("Price on request: nothing is agreed")
    match line.price_from:
        case "customer":
            return _("Agreed with %(customer)s") % {"customer": order.customer.name}
        case "group":
            group = agreement.group.name if agreement and agreement.group else ""
            return _("Agreed with the group %(group)s") % {"group": group}
        case "list":
            return _("Your list price")
        case _:
            return _("Named by the salesperson")
