"""Which prices of an order lie below the seller's floor; for the seller's eyes only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tonerloop.common.days import local_day
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import LineState
from tonerloop.pricing.floors import FloorPrice, floors_for

# A line with the consumable and the unit price that it has, or would have.
Offer = tuple[OrderLine, int, Decimal | None]


@dataclass(frozen=True, kw_only=True)
class Short:
    """A line whose price lies below its floor."""

    line: OrderLine
    unit_price: Decimal
    floor: FloorPrice


def floors_of(order: Order, consumables: Iterable[int]) -> dict[int, FloorPrice]:
    """Floors on the day of the order, as its prices and purchase prices are; one query."""
    day = local_day(order.placed_at, order.seller.time_zone)
    return floors_for(seller_id=order.seller_id, day=day, consumables=consumables)


def floor_on(
    line: OrderLine, consumable: int, floors: Mapping[int, FloorPrice]
) -> FloorPrice | None:
    """The line's floor with this item, of those from `floors_of`.

    For the line's own item a percentage goes over what the manufacturer asks for it now.
    """
    floor = floors.get(consumable)
    if floor is None or consumable != line.consumable_id:
        return floor
    return floor.over(line.purchase_price, line.purchase_currency)


def as_they_stand(lines: Iterable[OrderLine]) -> list[Offer]:
    """The lines that are not rejected, as they are now."""
    return [
        (line, line.consumable_id, line.unit_price)
        for line in lines
        if line.state != LineState.REJECTED
    ]


def short_of_floor(order: Order, offers: Iterable[Offer]) -> list[Short]:
    """The lines whose price lies below their floor; one query."""
    offered = list(offers)
    floors = floors_of(order, {consumable for _line, consumable, _price in offered})
    return [
        Short(line=line, unit_price=price, floor=floor)
        for line, consumable, price in offered
        if (floor := floor_on(line, consumable, floors))
        and price is not None
        and floor.is_above(price, order.currency)
    ]
