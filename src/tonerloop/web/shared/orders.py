"""What every portal shows of an order: its lines, timeline, who has it now."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Side
from tonerloop.orders.models import Order, OrderLine, Proposal, Shipment
from tonerloop.orders.points_use import paid_by
from tonerloop.orders.states import TURN, LineState, Status
from tonerloop.orders.totals import add_up
from tonerloop.outbound.live import order_topic, topic_of
from tonerloop.web.shared.timeline import timeline


def order_page(order: Order, actor: Actor) -> dict[str, Any]:
    """Context of an order's page; the order comes from `visible_to(actor)`."""
    lines, proposal = order_lines(order), open_proposal(order)
    return {
        "order": order,
        "paid_by": paid_by(order) if actor.side != Side.MANUFACTURER else [],
        "lines": lines,
        "proposal": proposal,
        "proposed_total": proposed_total(order, lines, proposal),
        "timeline": timeline(order, actor),
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
    """The total after tax if all of a proposal is accepted; None where no price would change."""
    new = {change.line_id: change.new_price for change in proposal.lines.all()} if proposal else {}
    if not new:
        return None
    counted = [line for line in lines if line.state != LineState.REJECTED]
    amounts = [
        (new.get(line.pk, line.unit_price), line.ordered_quantity, line.tax_percent)
        for line in counted
    ]
    return add_up(amounts, order.currency).total


def shipments(order: Order) -> list[Shipment]:
    """The shipments so far, oldest first, each with its lines."""
    found = order.shipments.order_by("shipped_at").prefetch_related("lines__line__consumable")
    return list(found)


def waiting_sentence(order: Order, actor: Actor) -> str:
    """Who has the order now and what for, in a sentence; "" where nobody has."""
    turn = TURN[Status(order.status)]
    if turn is None:
        return ""
    words = _yours() if turn == actor.side else _others()
    sentence = words[Status(order.status)]
    return sentence % {
        "salesperson": order.customer.salesperson.name,
        "buyer": order.placed_by.name,
        "manufacturer": order.manufacturer.name,
    }


def _others() -> dict[Status, str]:
    return {
        Status.PLACED: _("Waiting for %(salesperson)s to confirm the price."),
        Status.WAITING: _("Waiting for %(buyer)s to answer."),
        Status.PRICE_CONFIRMED: _("The order is with %(manufacturer)s, waiting for approval."),
        Status.APPROVED: _("%(manufacturer)s is preparing the shipment."),
        Status.PARTLY_SHIPPED: _("A part is on its way. %(manufacturer)s ships the rest."),
        Status.SHIPPED: _("On its way. Waiting for %(buyer)s to confirm the delivery."),
    }


def _yours() -> dict[Status, str]:
    return {
        Status.PLACED: _("Waiting for you to confirm the price."),
        Status.WAITING: _("Waiting for your answer."),
        Status.PRICE_CONFIRMED: _("Waiting for your approval."),
        Status.APPROVED: _("Waiting for you to ship."),
        Status.PARTLY_SHIPPED: _("Waiting for you to ship the rest."),
        Status.SHIPPED: _("On its way. Confirm the delivery when it has arrived."),
    }


def reads_prices(actor: Actor, order: Order) -> bool:
    """True if the customer's prices may be shown to this actor."""
    return actor.side != Side.MANUFACTURER or order.seller.shows_customer_price
