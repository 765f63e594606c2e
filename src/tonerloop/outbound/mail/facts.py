"""What a mail about an order says: the facts of ORD-10 and ORD-11, and no others."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from tonerloop.catalogue.words import plain_name
from tonerloop.common.actor import Side
from tonerloop.common.references import grouped
from tonerloop.orders.models import Order, OrderLine, Proposal
from tonerloop.orders.states import LineState
from tonerloop.parties.models import Seller


@dataclass(frozen=True, kw_only=True)
class FactLine:
    """One ordered item."""

    name: str
    part_number: str
    ordered: int
    approved: int
    unit_price: Decimal | None
    amount: Decimal | None
    rejected: bool
    promised: date | None  # where it is another day than the order's


@dataclass(frozen=True, kw_only=True)
class Facts:
    """An order as its mails tell it, in the words of the active language."""

    number: str
    customer: str
    buyer: str
    placed_at: datetime
    lines: list[FactLine]
    delivery: date
    currency: str
    subtotal: Decimal
    taxes: list[dict[str, Any]]
    total: Decimal
    points: int
    reduction: Decimal
    to_pay: Decimal
    seller: Seller
    manufacturer: str
    link: str
    cancelled_by: str = ""
    reason: str = ""
    reason_text: str = ""
    proposal: Proposal | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)


def facts_of(order: Order, *, link: str, proposal: Proposal | None = None) -> Facts:
    """The facts of an order as it stands now."""
    prefetch_related_objects([order], "lines__consumable")  # no query where they are gathered
    lines = list(order.lines.all())
    some_stand = any(line.state != LineState.REJECTED for line in lines)
    return Facts(
        number=grouped(order.number),
        customer=order.customer.name,
        buyer=order.placed_by.name,
        placed_at=order.placed_at,
        lines=[
            _line(
                line,
                order.promised_date,
                counts=not some_stand or line.state != LineState.REJECTED,
            )
            for line in lines
        ],
        delivery=order.promised_date or order.agreed_date or order.expected_date,
        currency=order.currency,
        subtotal=order.subtotal,
        taxes=order.taxes,
        total=order.total,
        points=order.points,
        reduction=order.reduction,
        to_pay=order.to_pay,
        seller=order.seller,
        manufacturer=order.manufacturer.name,
        link=link,
        cancelled_by=_who_cancelled(order),
        reason=str(order.get_cancel_reason_display()) if order.cancel_reason else "",
        reason_text=order.cancel_text,
        proposal=proposal,
        changes=[_change(change) for change in proposal.lines.all()] if proposal else [],
    )


def _line(line: OrderLine, promised: date | None, *, counts: bool) -> FactLine:
    return FactLine(
        name=plain_name(line.consumable),
        part_number=line.consumable.part_number,
        ordered=line.ordered_quantity,
        approved=line.approved_quantity,
        unit_price=line.unit_price,
        amount=line.amount if counts else Decimal(0),
        rejected=line.state == LineState.REJECTED,
        promised=None if line.promised_date == promised else line.promised_date,
    )


def _change(change: Any) -> dict[str, Any]:
    old, new = change.old_consumable, change.new_consumable
    return {
        "name": plain_name(old),
        "old_part": old.part_number,
        "new_part": new.part_number,
        "old_price": change.old_price,
        "new_price": change.new_price,
        "quantity": change.line.ordered_quantity,
        "lost": change.is_lost,
        "why": ": ".join(w for w in (str(change.get_reason_display()), change.text) if w),
        "new_quantity": change.new_quantity,
        "old_date": change.old_date,
        "new_date": change.new_date,
    }


def _who_cancelled(order: Order) -> str:
    return {
        Side.BUYER.value: order.customer.name,
        Side.SELLER.value: order.seller.name,
        Side.MANUFACTURER.value: order.manufacturer.name,
    }.get(order.cancelled_side, "")
