"""What every portal shows of an order: its lines, timeline, who has it now."""

from decimal import Decimal
from typing import Any

from tonerloop.common.actor import Actor, Side
from tonerloop.orders.models import Order, OrderLine, Proposal, Shipment
from tonerloop.orders.points_use import paid_by
from tonerloop.orders.states import LineState, Status
from tonerloop.orders.totals import add_up
from tonerloop.outbound.live import order_topic, topic_of
from tonerloop.web.shared.line_answers import with_answers
from tonerloop.web.shared.timeline import with_refusals
from tonerloop.web.shared.waiting import waiting_sentence


def order_page(order: Order, actor: Actor) -> dict[str, Any]:
    """Context of an order's page; the order comes from `visible_to(actor)`."""
    lines, proposal = order_lines(order), open_proposal(order)
    return {
        **with_answers(order, lines, actor),
        "order": order,
        "paid_by": paid_by(order) if actor.side != Side.MANUFACTURER else [],
        "lines": lines,
        "proposal": proposal,
        "proposed_total": proposed_total(order, lines, proposal),
        "timeline": with_refusals(order, actor),
        "waiting": waiting_sentence(order, actor),
        "shipments": shipments(order),
        "live_topic": order_topic(order.pk),
        "org_topic": topic_of(actor),
    }


def order_lines(order: Order) -> list[OrderLine]:
    """The lines with all that a screen says of them."""
    related = ("consumable", "substitute_for", "equipment__model", "agreement")
    return list(order.lines.select_related(*related))


def open_proposal(order: Order) -> Proposal | None:
    """What waits for the buyer's answer, if anything."""
    if order.status != Status.WAITING:
        return None
    names = ("lines__line", "lines__old_consumable", "lines__new_consumable")
    return order.proposals.filter(answered_at=None).prefetch_related(*names).first()


def proposed_total(
    order: Order, lines: list[OrderLine], proposal: Proposal | None
) -> Decimal | None:
    """The total after tax if all of a proposal is accepted; None where no line would change."""
    new = {
        change.line_id: (change.new_price, change.quantity_then)
        for change in (proposal.lines.all() if proposal else ())
    }
    if not new:
        return None
    counted = [line for line in lines if line.state != LineState.REJECTED]
    amounts = [
        (*new.get(line.pk, (line.unit_price, line.ordered_quantity)), line.tax_percent)
        for line in counted
    ]
    return add_up(amounts, order.currency).total


def shipments(order: Order) -> list[Shipment]:
    """The shipments so far, oldest first, each with its lines."""
    found = order.shipments.order_by("shipped_at").prefetch_related("lines__line__consumable")
    return list(found)


def reads_prices(actor: Actor, order: Order) -> bool:
    """True if the customer's prices may be shown to this actor."""
    return actor.side != Side.MANUFACTURER or order.seller.shows_customer_price
