"""Why a line costs what it costs, for the seller: its agreement, the list, what was paid before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from tonerloop.common.days import local_day
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.unusual import Look, Mark, look_at
from tonerloop.pricing.models import PriceAgreement
from tonerloop.pricing.prices import Price, prices_for


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A line, where its price comes from, what may be compared with it, what is unusual."""

    line: OrderLine
    look: Look
    source: str
    agreement: PriceAgreement | None = None
    steps: list[tuple[int, Decimal]] = field(default_factory=list)
    reached: int = 0  # the quantity from which the line's price holds; 0: no break was reached
    list_price: Decimal | None = None
    list_currency: str = ""

    @property
    def below_floor(self) -> bool:
        """True if the price lies below the seller's floor."""
        return Mark.BELOW_FLOOR in self.look.marks

    @property
    def is_new(self) -> bool:
        """True if the customer has never bought the item here."""
        return Mark.NEW in self.look.marks

    @property
    def is_many(self) -> bool:
        """True if it is far more than the customer ordered before."""
        return Mark.MANY in self.look.marks


def reasons(order: Order, lines: Sequence[OrderLine], *, compare: bool = True) -> list[Reason]:
    """One reason a line; at most five queries, two where nothing is to be compared."""
    prefetch_related_objects(list(lines), "agreement__group", "agreement__breaks")
    listed = list_prices(order, lines) if compare else {}
    looks = look_at(order, lines) if compare else [Look(line=line) for line in lines]
    return [_reason(order, look, listed.get(look.line.consumable_id)) for look in looks]


def list_prices(order: Order, lines: Sequence[OrderLine]) -> dict[int, Price]:
    """The seller's list on the day of the order, by consumable; one query."""
    return prices_for(
        seller_id=order.seller_id,
        customer_id=0,  # nobody's: no agreement but the list's can hold
        group_id=None,
        day=local_day(order.placed_at, order.seller.time_zone),
        consumables={line.consumable_id for line in lines},
    )


def _reason(order: Order, look: Look, listed: Price | None) -> Reason:
    line = look.line
    agreement = line.agreement if line.price_from in ("customer", "group", "list") else None
    steps = [(b.min_quantity, b.unit_price) for b in agreement.breaks.all()] if agreement else []
    reached = max((start for start, _p in steps if start <= line.ordered_quantity), default=0)
    return Reason(
        line=line,
        look=look,
        source=_source(order, line, agreement),
        agreement=agreement,
        steps=steps,
        reached=reached,
        list_price=listed.at(line.ordered_quantity) if listed else None,
        list_currency=listed.currency if listed else "",
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
