"""What follows once the manufacturer has answered every line of a request."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from tonerloop.common.actor import Actor
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.journal.record import ALL_SIDES
from tonerloop.orders.actions.answering import put_to_buyer
from tonerloop.orders.actions.cancelling import end_as_cancelled
from tonerloop.orders.actions.common import add_up_order, tell
from tonerloop.orders.floors import instead, short_of_floor
from tonerloop.orders.models import (
    ApprovalRequest,
    LineAnswer,
    Order,
    OrderLine,
    ProposalLine,
)
from tonerloop.orders.states import CancelReason, LineState, Status
from tonerloop.pricing.prices import prices_for

Cost = tuple[Decimal, str]
REJECTED = LineAnswer.Kind.REJECTED


def answers_to(request: ApprovalRequest) -> dict[int, LineAnswer]:
    """The answers of a request by line id; one query."""
    return {said.line_id: said for said in request.answers.select_related("substitute")}


def conclude(
    order: Order, lines: Sequence[OrderLine], said: Mapping[int, LineAnswer], *, by: Actor
) -> None:
    """No line is open any more: cancel, give back to the seller, ask the buyer, or approve."""
    if all(said[line.pk].kind == REJECTED for line in lines):
        end_as_cancelled(order, *_why([said[line.pk] for line in lines]), by=by)
    elif doubtful := _for_the_seller(order, lines, said):
        _give_back(order, doubtful, said, by)
    elif worse := [p for line in lines if (p := _weigh(order, line, said[line.pk]))]:
        close_request(order, timezone.now(), "changed")
        put_to_buyer(order, worse, by=by, audience=ALL_SIDES)
    else:
        accept_all(order, lines, said, promised_date=order.expected_date, by=by)


def accept_all(
    order: Order,
    lines: Sequence[OrderLine],
    said: Mapping[int, LineAnswer],
    *,
    promised_date: date,
    by: Actor,
) -> None:
    """Accept every line that is left and approve the order, which is locked already.

    A line is accepted as the manufacturer said, or as ordered for `promised_date` where it said
    nothing about it.
    """
    left = [line for line in lines if line.state != LineState.REJECTED]
    for line in left:
        _accept(line, said.get(line.pk), promised_date)
    names = ("state", "approved_quantity", "promised_date", "purchase_price", "purchase_currency")
    OrderLine.objects.bulk_update(left, names)
    add_up_order(order, left)
    now = timezone.now()
    order.move(Status.APPROVED, side=by.side)
    order.approved_at = now
    order.promised_date = max(line.promised_date or promised_date for line in left)
    order.save()
    close_request(order, now, "approved")
    data = {
        "promised_date": order.promised_date.isoformat(),
        "reference": order.manufacturer_reference,
    }
    tell(Event.ORDER_APPROVED, order, by=by, data=data)


def close_request(order: Order, now: datetime, outcome: str) -> None:
    """The manufacturer's open request is answered."""
    open_ones = ApprovalRequest.objects.filter(order=order, closed_at=None)
    open_ones.update(closed_at=now, outcome=outcome)


def agreed_costs(order: Order, consumables: set[int]) -> dict[int, Cost]:
    """What the seller pays for items by their agreements, on the order's day; none: no query."""
    if not consumables:
        return {}
    found = prices_for(
        seller_id=order.seller_id,
        customer_id=order.customer_id,
        group_id=order.customer.group_id,
        day=local_day(order.placed_at, order.seller.time_zone),
        consumables=consumables,
    )
    return {
        pk: (price.purchase_price, price.purchase_currency)
        for pk, price in found.items()
        if price.purchase_price is not None
    }


def _accept(line: OrderLine, said: LineAnswer | None, promised_date: date) -> None:
    line.state, line.approved_quantity = LineState.ACCEPTED, line.ordered_quantity
    line.promised_date = promised_date
    if said is None:
        return
    line.approved_quantity = said.quantity or line.ordered_quantity
    line.promised_date = said.promised_date or promised_date
    if said.purchase_price is not None:
        line.purchase_price, line.purchase_currency = said.purchase_price, said.purchase_currency


def _weigh(order: Order, line: OrderLine, said: LineAnswer) -> ProposalLine | None:
    """The answer as the buyer is asked about it if it is worse for the customer, else None."""
    lost = said.kind == REJECTED
    fewer = lost or (said.quantity or line.ordered_quantity) < line.ordered_quantity
    day, agreed = said.promised_date, order.agreed_date
    later = day is not None and agreed is not None and day > agreed
    if not (fewer or later or said.substitute_id):
        return None
    assert line.unit_price is not None  # a request goes out once every line has its price
    return ProposalLine(
        line=line,
        old_price=line.unit_price,
        new_price=line.unit_price,
        old_consumable_id=line.consumable_id,
        new_consumable_id=said.substitute_id or line.consumable_id,
        old_quantity=line.ordered_quantity if fewer else None,
        new_quantity=(said.quantity or 0) if fewer else None,
        old_date=agreed if later else None,
        new_date=day if later else None,
        reason=said.reason,
        text=said.text,
    )


def _for_the_seller(
    order: Order, lines: Sequence[OrderLine], said: Mapping[int, LineAnswer]
) -> list[OrderLine]:
    """The lines that would cost the seller more than it has agreed to, or, with a substitute,
    be sold below the substitute's floor, which the seller has not confirmed before.
    """
    substitutes = {answer.substitute_id for answer in said.values() if answer.substitute_id}
    agreed = agreed_costs(order, substitutes)
    known = _confirmed_costs(order, substitutes, agreed)
    found, offers = [], []
    for line in lines:
        answer = said[line.pk]
        cost = _cost(answer, agreed)
        so_far = known.get((line.pk, answer.substitute_id), [])
        if cost in so_far or (cost and any(_is_covered(cost, *one) for one in so_far if one)):
            continue
        if cost and not _is_covered(cost, line.purchase_price, line.purchase_currency):
            found.append(line)
        elif answer.substitute_id:
            offers.append(instead(line, answer))
    return [*found, *(short.line for short in short_of_floor(order, offers))]


def _confirmed_costs(
    order: Order, substitutes: set[int], agreed: Mapping[int, Cost]
) -> dict[tuple[int, int | None], list[Cost | None]]:
    """What substitutes cost in earlier requests, by line and item; no substitutes: no query.

    The seller has confirmed the order since, knowing it; the line has its own item's price.
    """
    if not substitutes:
        return {}
    earlier = LineAnswer.objects.filter(request__order=order, request__closed_at__isnull=False)
    found: dict[tuple[int, int | None], list[Cost | None]] = {}
    for answer in earlier.filter(substitute__in=substitutes):
        costs = found.setdefault((answer.line_id, answer.substitute_id), [])
        costs.append(_cost(answer, agreed))
    return found


def _cost(said: LineAnswer, agreed: Mapping[int, Cost]) -> Cost | None:
    """What a piece would cost the seller; None where it stays as it is or nobody knows."""
    if said.purchase_price is not None:
        return said.purchase_price, said.purchase_currency
    return agreed.get(said.substitute_id or 0)


def _is_covered(cost: Cost, price: Decimal | None, currency: str) -> bool:
    return price is not None and cost[1] == currency and cost[0] <= price


def _give_back(
    order: Order, doubtful: Sequence[OrderLine], said: Mapping[int, LineAnswer], by: Actor
) -> None:
    """The seller decides anew, at the purchase prices and about the substitutes of the answers.

    A substitute's price stays with its answer: the line may yet be delivered as ordered.
    """
    for line in doubtful:
        answer = said[line.pk]
        if answer.substitute_id is None:
            line.purchase_price = answer.purchase_price
            line.purchase_currency = answer.purchase_currency
            line.save(update_fields=["purchase_price", "purchase_currency"])
    close_request(order, timezone.now(), "changed")
    order.move(Status.PLACED, side=by.side)
    order.save()
    tell(Event.ORDER_GIVEN_BACK, order, by=by)


def _why(said: Sequence[LineAnswer]) -> tuple[CancelReason, str]:
    """One reason for the whole order: the lines' own where they share it, else each in words."""
    reasons = {one.reason for one in said}
    texts = list(dict.fromkeys(one.text for one in said if one.text))
    if len(reasons) == 1:
        return CancelReason(reasons.pop()), "; ".join(texts)[:500]
    words = "; ".join(
        f"{one.line.consumable.part_number}: {one.text or one.get_reason_display()}" for one in said
    )
    return CancelReason.OTHER, words[:500]
