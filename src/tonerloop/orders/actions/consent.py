"""The buyer's answers to a change or a question."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.orders.actions.answering import BETWEEN_US, open_request
from tonerloop.orders.actions.cancelling import end_as_cancelled
from tonerloop.orders.actions.common import add_up_order, fetch, lines_of, tell
from tonerloop.orders.actions.concluding import accept_all, answers_to
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order, OrderLine, Proposal
from tonerloop.orders.states import CancelReason, LineState, Status, check_move
from tonerloop.pricing.prices import prices_for


@transaction.atomic
def accept_change(
    number: str, *, by: Actor, declined: Collection[int] = (), seen_version: int | None = None
) -> Order:
    """The buyer's yes to a change, save for the lines (by id) that are declined.

    A declined line is rejected, and so is one that cannot come. Where no line is left, the order
    is cancelled.
    """
    order, proposal = _open_proposal(number, by, seen_version)
    if proposal.is_question:
        raise Refused("reply", _("Type your reply to the question."))
    if set(declined) - {c.line_id for c in proposal.lines.all() if not c.is_lost}:
        raise Refused("declined", _("Only lines that were changed can be declined."))
    lines = {line.pk: line for line in lines_of(order)}
    left_out = _apply(order, proposal, lines, declined)
    order.agreed_date = proposal.new_date or order.agreed_date
    add_up_order(order, lines.values())
    left = [line for line in lines.values() if line.state != LineState.REJECTED]
    some = proposal.new_date is not None or left_out < len(proposal.lines.all())
    _close(proposal, by, "yes" if some and left else "no")
    if not left:
        return _all_declined(order, by)
    event = Event.ORDER_CHANGE_ACCEPTED if some else Event.ORDER_CHANGE_DECLINED
    data = {"proposal": proposal.pk, "declined": left_out}
    tell(event, order, by=by, data=data, audience=_readers(proposal))
    _go_on(order, proposal, left, by)
    return order


@transaction.atomic
def decline_change(number: str, *, by: Actor, seen_version: int | None = None) -> Order:
    """The buyer's no: changed lines are rejected.

    A no to another day for all, or to going on without a line that cannot come, ends the order.
    """
    order, proposal = _open_proposal(number, by, seen_version)
    if proposal.is_question:
        raise Refused("reply", _("Type your reply to the question."))
    changed = [change.line_id for change in proposal.lines.all()]
    if (
        not proposal.is_whole
        and len(changed) < order.lines.exclude(state=LineState.REJECTED).count()
    ):
        return accept_change(number, by=by, declined=changed)
    order.lines.exclude(state=LineState.REJECTED).update(state=LineState.REJECTED)
    _close(proposal, by, "no")
    return _all_declined(order, by)


@transaction.atomic
def reply(number: str, text: str, *, by: Actor, seen_version: int | None = None) -> Order:
    """The buyer answers in words; the order goes back to whoever asked, unchanged."""
    if not text.strip():
        raise Refused("reply", _("Type your reply to the question."))
    order, proposal = _open_proposal(number, by, seen_version)
    proposal.reply = text.strip()
    _close(proposal, by, "reply")
    order.lines.filter(state=LineState.CHANGED).update(state=LineState.OPEN)
    if proposal.side == Side.SELLER:
        order.move(Status.PLACED, side=by.side)
        order.save()
    else:
        open_request(order, by=by)
    data = {"proposal": proposal.pk}
    tell(Event.ORDER_REPLIED, order, by=by, data=data, audience=_readers(proposal))
    return order


def _open_proposal(number: str, by: Actor, seen_version: int | None) -> tuple[Order, Proposal]:
    require(by, Role.BUYER)
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.PRICE_CONFIRMED, by.side)
    return order, order.proposals.prefetch_related("lines").get(answered_at=None)


def _apply(
    order: Order, proposal: Proposal, lines: dict[int, OrderLine], declined: Collection[int]
) -> int:
    """Change or reject the lines as the buyer said; how many were rejected."""
    changes = list(proposal.lines.all())
    for change in changes:
        line, change.accepted = lines[change.line_id], change.line_id not in declined
        change.save(update_fields=["accepted"])
        if change.is_lost or not change.accepted:
            line.state = LineState.REJECTED
        else:
            if change.new_consumable_id != line.consumable_id:
                _replace(line, change.new_consumable_id, order)
            if change.new_price != line.unit_price:
                line.unit_price, line.price_from = change.new_price, "salesperson"
            line.state = LineState.OPEN
        line.save()
    return sum(not change.accepted for change in changes)


def _replace(line: OrderLine, consumable_id: int, order: Order) -> None:
    """Another item on the line, with its own purchase price and tax; it fits, or was no offer."""
    found = prices_for(
        seller_id=order.seller_id,
        customer_id=order.customer_id,
        group_id=order.customer.group_id,
        day=local_day(order.placed_at, order.seller.time_zone),
        consumables=[consumable_id],
    )
    price = found[consumable_id]
    line.substitute_for_id, line.consumable_id, line.fits = line.consumable_id, consumable_id, True
    line.purchase_price, line.purchase_currency = price.purchase_price, price.purchase_currency
    line.tax_percent = price.tax_percent


def _go_on(order: Order, proposal: Proposal, left: list[OrderLine], by: Actor) -> None:
    """On to the manufacturer, or, where it was the manufacturer's change, straight to approved."""
    if proposal.side == Side.SELLER:
        open_request(order, by=by)
        tell(Event.ORDER_PRICE_CONFIRMED, order, by=by)
        return
    order.move(Status.PRICE_CONFIRMED, side=by.side)
    said = answers_to(order.approval_requests.latest("pk"))
    day = proposal.new_date or order.expected_date
    accept_all(order, left, said, promised_date=day, by=by)


def _all_declined(order: Order, by: Actor) -> Order:
    end_as_cancelled(order, CancelReason.DECLINED, "", by=by)
    return order


def _close(proposal: Proposal, by: Actor, answer: str) -> None:
    proposal.answered_at, proposal.answered_by_id = timezone.now(), by.person_id
    proposal.answer = answer
    proposal.save()


def _readers(proposal: Proposal) -> tuple[Side, ...]:
    return BETWEEN_US if proposal.side == Side.SELLER else (*BETWEEN_US, Side.MANUFACTURER)
