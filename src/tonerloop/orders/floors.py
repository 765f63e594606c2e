"""Which prices of an order lie below the seller's floor; for the seller's eyes only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tonerloop.common.days import local_day
from tonerloop.orders.models import LineAnswer, Order, OrderLine
from tonerloop.orders.states import LineState, Status
from tonerloop.pricing.floors import FloorPrice, floors_for

Cost = tuple[Decimal | None, str]  # what the manufacturer asks for a piece, None: nobody knows
# A line with the consumable and the unit price that it has, or would have, and what that would
# cost the seller where it is not what the line or an agreement says.
Offer = tuple[OrderLine, int, Decimal | None, Cost | None]


@dataclass(frozen=True, kw_only=True)
class Short:
    """A line whose price lies below its floor."""

    line: OrderLine
    unit_price: Decimal
    floor: FloorPrice


def floors_of(order: Order, consumables: Iterable[int]) -> dict[int, FloorPrice]:
    """Floors on the day of the order, as its prices and purchase prices are; one query."""
    day = local_day(order.placed_at, order.seller.time_zone)
    return floors_for(seller_id=order.seller_id, day=day, consumables=consumables, unknown=True)


def floor_on(
    line: OrderLine,
    consumable: int,
    floors: Mapping[int, FloorPrice],
    cost: Cost | None = None,
) -> FloorPrice | None:
    """The line's floor with this item, of those from `floors_of`.

    A percentage goes over what the manufacturer asks now: `cost`, or for its own item the line's.
    """
    floor = floors.get(consumable)
    if cost is None and consumable == line.consumable_id:
        cost = line.purchase_price, line.purchase_currency
    if floor and cost:
        floor = floor.over(*cost)
    return floor if floor and floor.is_known else None


def as_they_stand(lines: Iterable[OrderLine]) -> list[Offer]:
    """The lines that are not rejected, as they are now."""
    return [
        (line, line.consumable_id, line.unit_price, None)
        for line in lines
        if line.state != LineState.REJECTED
    ]


def offered_instead(order: Order, lines: Iterable[OrderLine]) -> list[Offer]:
    """The substitutes that the manufacturer named when it gave the order back, at today's prices.

    The seller's yes to such an order is a yes to them; no query for any other order.
    """
    if order.status != Status.PLACED or order.confirmed_at is None:
        return []
    newest = order.approval_requests.order_by("-pk").first()
    answers = newest.answers.exclude(substitute=None) if newest else []
    said = {answer.line_id: answer for answer in answers}
    return [
        instead(line, said[line.pk])
        for line in lines
        if line.pk in said and line.state != LineState.REJECTED
    ]


def instead(line: OrderLine, answer: LineAnswer) -> Offer:
    """The line with the answer's substitute, which is sold at the line's price."""
    assert answer.substitute_id is not None
    cost = (answer.purchase_price, answer.purchase_currency) if answer.purchase_price else None
    return line, answer.substitute_id, line.unit_price, cost


def short_of_floor(order: Order, offers: Iterable[Offer]) -> list[Short]:
    """The lines whose price lies below their floor; one query, without offers none."""
    offered = list(offers)
    floors = floors_of(order, {each[1] for each in offered}) if offered else {}
    return [
        Short(line=line, unit_price=price, floor=floor)
        for line, consumable, price, cost in offered
        if (floor := floor_on(line, consumable, floors, cost))
        and price is not None
        and floor.is_above(price, order.currency)
    ]
