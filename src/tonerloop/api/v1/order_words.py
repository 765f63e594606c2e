"""An order as its customer and its seller read it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch
from pydantic import Field

from tonerloop.api.words import Money, Outgoing, exactly, money
from tonerloop.common.actor import Actor, Side
from tonerloop.common.references import is_valid
from tonerloop.orders.due import with_due
from tonerloop.orders.models import Order, OrderLine, Proposal, Shipment
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.parties.models import Person


class Named(Outgoing):
    """A party, a site or an item by its id."""

    id: int
    name: str


class OrderLineOut(Outgoing):
    """One line with what became of each piece."""

    position: int
    consumable_id: int
    part_number: str
    name: str
    substitute_for: str  # the part number that was ordered, where another one is sent
    machine_id: int | None
    fits: bool
    state: str
    unit_price: Money | None  # null: on request
    ordered: int
    approved: int
    shipped: int
    delivered: int
    returned: int
    promised_date: date | None
    purchase_price: Money | None  # what the seller pays; for the seller only


class ProposedLineOut(Outgoing):
    """One line as it would be."""

    position: int
    part_number: str
    unit_price: Money
    quantity: int  # 0: it would not come at all
    promised_date: date | None  # null: no other day than before
    reason: str  # why it would not come
    text: str


class ProposalOut(Outgoing):
    """What waits for the buyer: other terms, or (nothing else given) a question."""

    by: str
    at: datetime
    note: str
    new_date: date | None
    lines: list[ProposedLineOut]


class ShippedOut(Outgoing):
    """Pieces of a line in a shipment."""

    position: int
    quantity: int


class ShipmentOut(Outgoing):
    """What left the manufacturer at one time."""

    at: datetime
    carrier: str
    tracking_number: str
    lines: list[ShippedOut]


class OrderOut(Outgoing):
    """An order; `version` is its `ETag`."""

    number: str
    version: int
    status: str
    seller: Named
    customer: Named
    manufacturer: Named
    site: Named
    reference: str
    manufacturer_reference: str
    placed_at: datetime
    placed_by: str
    requested_date: date | None
    expected_date: date
    agreed_date: date | None
    answer_by: datetime | None = Field(
        description="Until when whoever has it is to answer, as screens show; null: nobody is."
        " It may move (a reminder, other working hours) while `version` stays."
    )
    promised_date: date | None
    subtotal: Money
    tax: Money
    total: Money
    points_used: int
    to_pay: Money
    confirmed_at: datetime | None
    approved_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    delivery_assumed: bool
    cancelled_at: datetime | None
    cancelled_by: str
    cancel_reason: str
    cancel_text: str
    lines: list[OrderLineOut]
    proposal: ProposalOut | None
    shipments: list[ShipmentOut]


class OrdersPage(Outgoing):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[OrderOut]
    next: str


def with_all(orders: OrderQuerySet) -> OrderQuerySet:
    """The orders with all that is said of them, in as many statements for twenty as for one."""
    lines = OrderLine.objects.select_related("consumable", "substitute_for").order_by("position")
    asked = Proposal.objects.filter(answered_at=None)
    changed = asked.prefetch_related("lines__line", "lines__new_consumable")
    sent = Shipment.objects.order_by("pk").prefetch_related("lines__line")
    return (
        with_due(orders)
        .select_related("seller", "customer", "manufacturer", "site", "placed_by")
        .prefetch_related(
            Prefetch("lines", lines, to_attr="all_lines"),
            Prefetch("proposals", changed, to_attr="waiting"),
            Prefetch("shipments", sent, to_attr="sent"),
        )
    )


def as_placed(order: Order, by: Person) -> Order:
    """An order that was placed just now, as `with_all` would read it; no statement."""
    assert order.just_placed
    order.placed_by, order.answer_by = by, order.just_placed.answer_by  # type: ignore[attr-defined]
    order.all_lines = order.just_placed.lines  # type: ignore[attr-defined]
    order.waiting, order.sent = [], []  # type: ignore[attr-defined]
    return order


def one_order(number: str, by: Actor) -> Order:
    """The actor's order with all that is said of it; DoesNotExist if it isn't theirs."""
    if len(number) != 10 or not is_valid(number):
        raise Order.DoesNotExist
    return with_all(Order.objects.visible_to(by)).get(number=number)


def order_out(order: Order, by: Actor) -> OrderOut:
    """An order from `with_all` or `as_placed`, as this actor may read it."""
    currency = order.currency
    same: Any = {name: getattr(order, name) for name in _SAME}
    return OrderOut(
        **same,
        answer_by=order.answer_by,  # type: ignore[attr-defined]
        seller=Named(id=order.seller_id, name=order.seller.name),
        customer=Named(id=order.customer_id, name=order.customer.name),
        manufacturer=Named(id=order.manufacturer_id, name=order.manufacturer.name),
        site=Named(id=order.site_id, name=order.site.name),
        placed_by=order.placed_by.name,
        subtotal=exactly(order.subtotal, currency),
        tax=exactly(order.tax, currency),
        total=exactly(order.total, currency),
        points_used=order.points,
        to_pay=exactly(order.to_pay, currency),
        cancelled_by=order.cancelled_side,
        lines=[_line(line, order, by) for line in order.all_lines],  # type: ignore[attr-defined]
        proposal=_proposal(order.waiting, currency),  # type: ignore[attr-defined]
        shipments=[_shipment(shipment) for shipment in order.sent],  # type: ignore[attr-defined]
    )


# Fields that are told as they are stored.
_SAME = (
    *("number", "version", "status", "reference", "manufacturer_reference", "placed_at"),
    *("requested_date", "expected_date", "agreed_date", "promised_date", "confirmed_at"),
    *("approved_at", "shipped_at", "delivered_at", "delivery_assumed", "cancelled_at"),
    *("cancel_reason", "cancel_text"),
)


def _line(line: OrderLine, order: Order, by: Actor) -> OrderLineOut:
    item = line.consumable
    paid = line.purchase_price if by.side == Side.SELLER else None
    return OrderLineOut(
        position=line.position,
        consumable_id=line.consumable_id,
        part_number=item.part_number,
        name=item.name or str(item.get_kind_display()),
        substitute_for=line.substitute_for.part_number if line.substitute_for else "",
        machine_id=line.equipment_id,
        fits=line.fits,
        state=line.state,
        unit_price=money(line.unit_price, order.currency),
        ordered=line.ordered_quantity,
        approved=line.approved_quantity,
        shipped=line.shipped_quantity,
        delivered=line.delivered_quantity,
        returned=line.returned_quantity,
        promised_date=line.promised_date,
        purchase_price=money(paid, line.purchase_currency),
    )


def _proposal(waiting: Iterable[Proposal], currency: str) -> ProposalOut | None:
    for proposal in waiting:
        return ProposalOut(
            by=proposal.side,
            at=proposal.made_at,
            note=proposal.note,
            new_date=proposal.new_date,
            lines=[
                ProposedLineOut(
                    position=change.line.position,
                    part_number=change.new_consumable.part_number,
                    unit_price=exactly(change.new_price, currency),
                    quantity=change.quantity_then,
                    promised_date=change.new_date,
                    reason=change.reason,
                    text=change.text,
                )
                for change in proposal.lines.all()
            ],
        )
    return None


def _shipment(shipment: Shipment) -> ShipmentOut:
    return ShipmentOut(
        at=shipment.shipped_at,
        carrier=shipment.carrier,
        tracking_number=shipment.tracking_number,
        lines=[
            ShippedOut(position=one.line.position, quantity=one.quantity)
            for one in shipment.lines.all()
        ],
    )
