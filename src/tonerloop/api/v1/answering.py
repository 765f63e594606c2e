"""What a customer and its seller say to an order that is there."""

from datetime import date
from typing import Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, makes, seen_version
from tonerloop.api.v1.order_words import OrderOut, one_order, order_out
from tonerloop.api.words import MOST, Count, Id, Incoming, MoneyIn, Text
from tonerloop.common.actor import Actor, Role
from tonerloop.orders import actions
from tonerloop.orders.actions import Changes
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.orders.states import ReturnReason

router = Router(tags=["Orders"])
SCOPE, BUYER, OFFICE = "orders:write", Role.BUYER, Role.BACK_OFFICE
Reason = Literal[
    "wrong_price", "discontinued", "out_of_stock", "credit", "duplicate", "customer_wish", "other"
]


class CancelIn(Incoming):
    """Why the order ends."""

    reason: Reason
    text: Text = Field("", max_length=500, description="Needed where the reason is `other`.")


class DeclinedIn(Incoming):
    """A yes, save for some lines."""

    declined: list[Count] = Field([], max_length=200, description="Positions of lines.")


class WordsIn(Incoming):
    """A question or a reply."""

    text: Text = Field(min_length=1, max_length=500)


class DeliveredIn(Incoming):
    """What was shipped has arrived."""

    nothing_more: bool = Field(False, description="The rest will not come.")


class ChangedLineIn(Incoming):
    """Another price of a line, or another item."""

    position: Count
    unit_price: MoneyIn | None = None
    substitute_id: Id | None = Field(None, description="A consumable that fits the same machine.")


class ChangesIn(Incoming):
    """Other terms; what is worse for the customer waits for the buyer's yes."""

    lines: list[ChangedLineIn] = Field([], max_length=200)
    new_date: date | None = None
    note: Text = Field("", max_length=500)
    below_floor: bool = Field(False, description="A price below your floor is meant.")


class ReturnedLineIn(Incoming):
    """Pieces of a line that came back."""

    position: Count
    quantity: int = Field(ge=1, le=MOST, strict=True)


class ReturnsIn(Incoming):
    """What came back and why."""

    reason: ReturnReason
    lines: list[ReturnedLineIn] = Field(min_length=1, max_length=200)


@changes(router, "/orders/{number}/cancel", OrderOut, SCOPE, BUYER, OFFICE)
def cancel_order(request: HttpRequest, number: str, body: CancelIn) -> OrderOut:
    """End the order while that is allowed."""
    by = _own(request, number)
    seen = seen_version(request)
    actions.cancel(number, body.reason, body.text, by=by, seen_version=seen)
    return _now(number, by)


@changes(router, "/orders/{number}/accept", OrderOut, SCOPE, BUYER)
def accept_change(request: HttpRequest, number: str, body: DeclinedIn) -> OrderOut:
    """Say yes to a change, save for the lines that are declined."""
    by = _own(request, number)
    declined = _lines(number, by, body.declined, "declined").values()
    seen = seen_version(request)
    actions.accept_change(number, declined=list(declined), by=by, seen_version=seen)
    return _now(number, by)


@changes(router, "/orders/{number}/decline", OrderOut, SCOPE, BUYER)
def decline_change(request: HttpRequest, number: str) -> OrderOut:
    """Say no to a change."""
    by = _own(request, number)
    actions.decline_change(number, by=by, seen_version=seen_version(request))
    return _now(number, by)


@changes(router, "/orders/{number}/reply", OrderOut, SCOPE, BUYER)
def reply(request: HttpRequest, number: str, body: WordsIn) -> OrderOut:
    """Answer in words; the order goes back to whoever asked."""
    by = _own(request, number)
    actions.reply(number, body.text, by=by, seen_version=seen_version(request))
    return _now(number, by)


@changes(router, "/orders/{number}/confirm-delivery", OrderOut, SCOPE, BUYER)
def confirm_delivery(request: HttpRequest, number: str, body: DeliveredIn) -> OrderOut:
    """What was shipped so far has arrived."""
    by, more = _own(request, number), body.nothing_more
    actions.report_delivery(number, nothing_more=more, by=by, seen_version=seen_version(request))
    return _now(number, by)


@changes(router, "/orders/{number}/confirm-price", OrderOut, SCOPE, OFFICE)
def confirm_price(request: HttpRequest, number: str, below_floor: bool = False) -> OrderOut:
    """Confirm the prices as they stand; the approval request goes to the manufacturer.

    `below_floor` says that a price below your floor is meant; without it, such a one is refused.
    """
    by, version = _own(request, number), seen_version(request)
    actions.confirm_price(number, by=by, seen_version=version, below_floor=below_floor)
    return _now(number, by)


@changes(router, "/orders/{number}/propose", OrderOut, SCOPE, OFFICE)
def propose(request: HttpRequest, number: str, body: ChangesIn) -> OrderOut:
    """Answer with other prices, another day or substitutes.

    What is worse for the customer waits for the buyer; what isn't holds at once.
    """
    by = _own(request, number)
    lines = _lines(number, by, [line.position for line in body.lines], "lines")
    currency = Order.objects.visible_to(by).get(number=number).currency
    if any(line.unit_price and line.unit_price.currency != currency for line in body.lines):
        raise Refused("lines", f"The order is in {currency}.")
    changed = Changes(
        prices={lines[x.position]: x.unit_price.decimal for x in body.lines if x.unit_price},
        substitutes={lines[x.position]: x.substitute_id for x in body.lines if x.substitute_id},
        new_date=body.new_date,
        note=body.note,
    )
    version, meant = seen_version(request), body.below_floor
    actions.propose(number, changed, by=by, seen_version=version, below_floor=meant)
    return _now(number, by)


@changes(router, "/orders/{number}/ask", OrderOut, SCOPE, OFFICE)
def ask(request: HttpRequest, number: str, body: WordsIn) -> OrderOut:
    """Ask the buyer; the order waits for the reply."""
    by = _own(request, number)
    actions.ask(number, body.text, by=by, seen_version=seen_version(request))
    return _now(number, by)


@makes(router, "/orders/{number}/returns", OrderOut, SCOPE, OFFICE)
def record_returns(request: HttpRequest, number: str, body: ReturnsIn) -> OrderOut:
    """Record pieces that came back, with the reason."""
    by = _own(request, number)
    back = {line.position: line.quantity for line in body.lines}
    if len(back) < len(body.lines):
        raise Refused("lines", "Name each position once.")
    actions.record_returns(number, back, body.reason, by=by)
    return _now(number, by)


def _own(request: HttpRequest, number: str) -> Actor:
    """Who calls; a stranger learns that there is nothing, not that something was wrong."""
    by = caller(request)
    one_order(number, by)
    return by


def _now(number: str, by: Actor) -> OrderOut:
    return order_out(one_order(number, by), by)


def _lines(number: str, by: Actor, positions: list[int], field: str) -> dict[int, int]:
    """Ids of the order's lines by position; Refused for one that it has not."""
    found = dict(one_order(number, by).lines.values_list("position", "pk"))
    if strange := [position for position in positions if position not in found]:
        raise Refused(field, f"This order has no line {strange[0]}.")
    return {position: found[position] for position in positions}
