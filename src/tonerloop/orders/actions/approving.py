"""The manufacturer's answers: all of an order at once, or line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, require
from tonerloop.common.money import is_whole_minor
from tonerloop.journal.events import Event
from tonerloop.journal.record import ALL_SIDES
from tonerloop.orders.actions.answering import HIGHEST, put_to_buyer
from tonerloop.orders.actions.common import check_seen, fetch, lines_of, tell
from tonerloop.orders.actions.concluding import (
    accept_all,
    agreed_costs,
    answers_to,
    close_request,
    conclude,
)
from tonerloop.orders.days import check_day
from tonerloop.orders.errors import AnsweredOtherwise, Refused
from tonerloop.orders.models import ApprovalRequest, LineAnswer, Order, OrderLine
from tonerloop.orders.states import CancelReason, IllegalMove, LineState, Status, check_move
from tonerloop.orders.substitutes import substitutes_for

Kind = LineAnswer.Kind
DESKS_REASONS = (
    CancelReason.WRONG_PRICE,
    CancelReason.DISCONTINUED,
    CancelReason.OUT_OF_STOCK,
    CancelReason.DUPLICATE,
    CancelReason.OTHER,
)


@dataclass(frozen=True, kw_only=True)
class LineSaid:
    """What a manufacturer says of one line; what is not named stays as it was asked for.

    `price` is the purchase price of one piece, `substitute` a part number of the manufacturer's.
    """

    kind: LineAnswer.Kind
    promised_date: date | None = None  # needed unless rejected
    quantity: int | None = None
    substitute: str = ""
    price: Decimal | None = None
    currency: str = ""
    reason: str = ""  # a CancelReason, for what is rejected; OTHER needs words
    text: str = ""


@transaction.atomic
def approve(
    number: str,
    promised_date: date,
    reference: str = "",
    *,
    by: Actor,
    seen_version: int | None = None,
) -> Order:
    """The manufacturer approves with a promised delivery day and its own reference.

    Where lines were answered before, this accepts those that are still open. A day later than
    the one agreed with the customer waits for the buyer's yes.
    """
    require(by, Role.ORDER_DESK)
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.APPROVED, by.side)
    check_day("promised_date", promised_date, order.seller)
    request, lines = _latest(order), _answerable(order)
    answered = answers_to(request)
    kept = order.manufacturer_reference if answered else ""
    order.manufacturer_reference = reference.strip() or kept
    if answered:
        rest = [line.position for line in lines if line.pk not in answered]
        accepted = LineSaid(kind=Kind.ACCEPTED, promised_date=promised_date)
        _take(order, request, lines, dict.fromkeys(rest, accepted), by)
    elif order.agreed_date and promised_date > order.agreed_date:
        close_request(order, timezone.now(), "changed")
        put_to_buyer(order, [], promised_date, by=by, audience=ALL_SIDES)
    else:
        accept_all(order, lines, {}, promised_date=promised_date, by=by)
    return order


@transaction.atomic
def answer_lines(
    number: str,
    said: Mapping[int, LineSaid],
    reference: str = "",
    *,
    by: Actor,
    seen_version: int | None = None,
) -> Order:
    """The manufacturer answers some or all lines, by position; while one is open the order waits.

    What was said before, said again, changes nothing; something else raises AnsweredOtherwise.
    With the last line the order goes on: to the buyer where something is worse for the customer,
    to the seller where it would pay more, else it is approved. Refused names its field and
    position, as in "quantity-2".
    """
    require(by, Role.ORDER_DESK)
    order = fetch(number, by=by)
    request = _latest(order)
    new = _not_said_before(order, request, said, reference.strip())
    if not new:
        return order
    check_seen(order, seen_version)
    check_move(order.status, Status.APPROVED, by.side)
    order.manufacturer_reference = reference.strip() or order.manufacturer_reference
    _take(order, request, _answerable(order), new, by)
    return order


def _latest(order: Order) -> ApprovalRequest:
    return order.approval_requests.latest("pk")


def _answerable(order: Order) -> list[OrderLine]:
    return [line for line in lines_of(order) if line.state != LineState.REJECTED]


def _not_said_before(
    order: Order, request: ApprovalRequest, said: Mapping[int, LineSaid], reference: str
) -> dict[int, LineSaid]:
    """The lines that are not answered yet; AnsweredOtherwise if one was, and otherwise."""
    if not said:
        raise Refused("lines", _("Answer at least one line."))
    answered = request.answers.select_related("line", "substitute").order_by("line__position")
    recorded = {one.line.position: one for one in answered}
    other = [
        recorded[position]
        for position, one in said.items()
        if position in recorded and _facts(recorded[position]) != _said(one)
    ]
    if other:
        raise AnsweredOtherwise(order.status, other)
    new = {position: one for position, one in said.items() if position not in recorded}
    if new:
        return new
    if order.status == Status.CANCELLED and order.cancelled_side != Side.MANUFACTURER:
        raise IllegalMove(order.status, Status.APPROVED)
    if reference not in ("", order.manufacturer_reference):
        raise AnsweredOtherwise(order.status, [recorded[position] for position in said])
    return {}


def _facts(one: LineAnswer) -> tuple[Any, ...]:
    part = one.substitute.part_number if one.substitute else ""
    priced = (one.purchase_price, one.purchase_currency)
    return (one.kind, one.promised_date, one.quantity, part, *priced, one.reason, one.text)


def _said(one: LineSaid) -> tuple[Any, ...]:
    priced = (one.price, one.currency if one.price is not None else "")
    reason = (one.reason, one.text.strip())
    return (one.kind, one.promised_date, one.quantity, one.substitute, *priced, *reason)


def _take(
    order: Order,
    request: ApprovalRequest,
    lines: Sequence[OrderLine],
    said: Mapping[int, LineSaid],
    by: Actor,
) -> None:
    """Store what is said; once no line is open any more, let the order go on."""
    by_position = {line.position: line for line in lines}
    stored, now = [], timezone.now()  # one moment for what was said together
    for position, one in said.items():
        line = by_position.get(position)
        if line is None:
            raise Refused(f"position-{position}", _("This order has no such line."))
        stored.append(_answer(order, request, line, one, by, now))
    LineAnswer.objects.bulk_create(stored)
    answers = answers_to(request)
    _tell_answered(order, stored, len(answers), len(lines), by)
    if len(answers) == len(lines):
        conclude(order, lines, {pk: answers[pk] for pk in (line.pk for line in lines)}, by=by)
    else:
        order.version += 1
        order.save()


def _answer(
    order: Order,
    request: ApprovalRequest,
    line: OrderLine,
    said: LineSaid,
    by: Actor,
    now: datetime,
) -> LineAnswer:
    """The answer as it is stored; Refused where it cannot be carried out."""
    answer = LineAnswer(
        request=request,
        line=line,
        kind=said.kind,
        answered_at=now,
        answered_by_id=by.person_id,
    )
    at = line.position
    if said.kind == Kind.REJECTED:
        _check_reason(at, said)
        answer.reason, answer.text = said.reason, said.text.strip()
        return answer
    if said.promised_date is None:
        raise Refused(f"promised_date-{at}", _("Choose the day on which the goods arrive."))
    check_day(f"promised_date-{at}", said.promised_date, order.seller)
    if said.quantity is not None and not 1 <= said.quantity <= line.ordered_quantity:
        words = _("Type a number from 1 to %(most)d: so many were ordered.")
        raise Refused(f"quantity-{at}", words % {"most": line.ordered_quantity})
    answer.promised_date, answer.quantity = said.promised_date, said.quantity
    if said.substitute:
        answer.substitute = substitutes_for(line, order).filter(part_number=said.substitute).first()
        if answer.substitute is None:
            words = _("This item does not fit the same machine. Choose another.")
            raise Refused(f"substitute-{at}", words)
    _check_price(order, line, said, answer.substitute_id)
    if said.price is not None:
        answer.purchase_price, answer.purchase_currency = said.price, said.currency
    return answer


def _check_reason(at: int, said: LineSaid) -> None:
    if said.reason not in DESKS_REASONS:
        raise Refused(f"reason-{at}", _("Choose a reason."))
    if said.reason == CancelReason.OTHER and not said.text.strip():
        raise Refused(f"text-{at}", _("Say in a few words why."))


def _check_price(order: Order, line: OrderLine, said: LineSaid, substitute: int | None) -> None:
    field = f"purchase_price-{line.position}"
    if said.price is None:
        unknown = substitute and substitute not in agreed_costs(order, {substitute})
        if unknown and line.purchase_price is not None:
            raise Refused(field, _("Name the purchase price: the seller has agreed on none."))
        return
    currency = line.purchase_currency or order.currency
    if said.currency != currency:
        words = _("Name the price in %(currency)s, as it was asked for.")
        raise Refused(field, words % {"currency": currency})
    if not (0 <= said.price <= HIGHEST and is_whole_minor(said.price, currency)):
        words = _("Type a price such as 12.50, with no more digits than the currency has.")
        raise Refused(field, words)


def _tell_answered(
    order: Order, stored: Iterable[LineAnswer], answered: int, of: int, by: Actor
) -> None:
    """For seller and manufacturer alone: purchase prices are not the buyer's to read."""
    data = {"answered": answered, "of": of, "told": [_told(one) for one in stored]}
    audience = [Side.SELLER, Side.MANUFACTURER]
    tell(Event.ORDER_LINES_ANSWERED, order, by=by, data=data, audience=audience)


def _told(one: LineAnswer) -> dict[str, Any]:
    line = one.line
    facts = {"part": line.consumable.part_number, **one.facts()}
    if "price" in facts and line.purchase_price is not None:
        facts["old_price"] = str(line.purchase_price)
    return facts
