"""What a basket would become: its orders with today's prices, and what stands in the way."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from tonerloop.catalogue.models import Consumable, EquipmentModel
from tonerloop.common.actor import Actor
from tonerloop.common.days import add_working_days, local_day
from tonerloop.common.rows import partly
from tonerloop.fleet.models import Equipment
from tonerloop.orders.models import Basket, BasketLine
from tonerloop.orders.totals import Totals, add_up
from tonerloop.parties.models import Manufacturer, Site
from tonerloop.pricing.prices import Price, prices_for


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """A basket line with the customer's price for its quantity; `fits` some machine or not."""

    basket_line: BasketLine
    price: Price
    fits: bool

    @property
    def unit_price(self) -> Decimal | None:
        """None: price on request."""
        return self.price.at(self.basket_line.quantity)

    @property
    def amount(self) -> Decimal | None:
        """Price of the line before tax; None while the price is on request."""
        return None if self.unit_price is None else self.unit_price * self.basket_line.quantity

    @property
    def problem(self) -> str:
        """Why the line cannot be ordered as it is: "inactive", "misfit", "site" or ""."""
        if not self.basket_line.consumable.active:
            return "inactive"
        if self.basket_line.site.closed:
            return "site"
        return "" if self.fits or self.basket_line.meant else "misfit"


@dataclass(frozen=True, kw_only=True)
class QuotedOrder:
    """One order that the basket would become."""

    manufacturer_id: int
    site_id: int
    currency: str
    lines: list[QuotedLine]
    totals: Totals
    expected_date: date

    @property
    def has_request(self) -> bool:
        """True if a line's price is on request, so that the total is not the last word."""
        return any(line.unit_price is None for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The whole basket, priced on the seller's local day."""

    basket: Basket
    day: date
    orders: list[QuotedOrder] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many orders it would become."""
        return len(self.orders)

    @property
    def lines(self) -> list[QuotedLine]:
        """All lines of all orders."""
        return [line for order in self.orders for line in order.lines]

    @property
    def problems(self) -> list[QuotedLine]:
        """The lines that cannot be ordered as they are."""
        return [line for line in self.lines if line.problem]

    def seen(self) -> dict[str, str]:
        """What the buyer is shown, line by line and in all; sent back at confirmation."""
        shown = {
            f"line-{quoted.basket_line.pk}": "|".join(
                (
                    quoted.basket_line.consumable.part_number,
                    str(quoted.basket_line.quantity),
                    str(quoted.basket_line.site_id),
                    str(quoted.unit_price),
                    quoted.price.currency,
                )
            )
            for quoted in self.lines
        }
        for order in self.orders:
            key = f"total-{order.manufacturer_id}-{order.site_id}-{order.currency}"
            shown[key] = str(order.totals.total)
        return shown


def quote(basket: Basket, *, by: Actor, shown: bool = False) -> Quote:
    """Price the basket as of now; two queries (lines, prices). Needs `customer__seller` loaded.

    One that is only `shown` is without purchase prices.
    """
    return priced(basket, _lines(basket), shown=shown)


def priced(basket: Basket, lines: Sequence[BasketLine], *, shown: bool = False) -> Quote:
    """Price these lines as of now, each with `fits` and its item, maker and site; one query."""
    day = local_day(timezone.now(), basket.customer.seller.time_zone)
    prices = prices_for(
        seller_id=basket.seller_id,
        customer_id=basket.customer_id,
        group_id=basket.customer.group_id,
        day=day,
        consumables={line.consumable_id for line in lines},
        shown=shown,
    )
    groups: dict[tuple[int, int, str], list[QuotedLine]] = defaultdict(list)
    for line in lines:
        price = prices[line.consumable_id]
        quoted = QuotedLine(basket_line=line, price=price, fits=line.fits)  # type: ignore[attr-defined]
        groups[line.consumable.manufacturer_id, line.site_id, price.currency].append(quoted)
    orders = [_order(key, group, day) for key, group in groups.items()]
    return Quote(basket=basket, day=day, orders=orders)


_LINES = """
SELECT l.id, l.quantity, l.meant, c.id, c.part_number, c.name, c.kind, c.colour, c.lead_days,
       c.active, k.id, k.name, s.id, s.name, s.closed, e.id, e.location, m.id, m.name,
       EXISTS (SELECT FROM fleet_equipment o
               JOIN catalogue_compatibility f ON f.equipment_model_id = o.model_id
               WHERE f.consumable_id = c.id AND o.customer_id = %s AND NOT o.retired)
FROM orders_basketline l
JOIN catalogue_consumable c ON c.id = l.consumable_id
JOIN parties_manufacturer k ON k.id = c.manufacturer_id
JOIN parties_site s ON s.id = l.site_id
LEFT JOIN fleet_equipment e ON e.id = l.equipment_id
LEFT JOIN catalogue_equipmentmodel m ON m.id = e.model_id
WHERE l.basket_id = %s
ORDER BY s.name, l.id
"""
_ITEM = ("id", "part_number", "name", "kind", "colour", "lead_days", "active")


def _lines(basket: Basket) -> list[BasketLine]:
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [basket.customer_id, basket.pk])
        return [_line(basket, *row) for row in cursor.fetchall()]


def _line(basket: Basket, pk: int, quantity: int, meant: bool, *row: Any) -> BasketLine:
    maker, site, machine, model = row[7:9], row[9:12], row[12:14], row[14:16]
    item = partly(Consumable, **dict(zip(_ITEM, row, strict=False)), manufacturer_id=maker[0])
    item.manufacturer = partly(Manufacturer, id=maker[0], name=maker[1])
    line = BasketLine(
        pk=pk,
        basket=basket,
        consumable=item,
        site=partly(Site, id=site[0], name=site[1], closed=site[2]),
        quantity=quantity,
        meant=meant,
    )
    if machine[0]:
        line.equipment = partly(Equipment, id=machine[0], location=machine[1], model_id=model[0])
        line.equipment.model = partly(EquipmentModel, id=model[0], name=model[1])
    line.fits = row[16]  # type: ignore[attr-defined]
    return line


def _order(key: tuple[int, int, str], lines: list[QuotedLine], day: date) -> QuotedOrder:
    manufacturer_id, site_id, currency = key
    amounts = [(q.unit_price, q.basket_line.quantity, q.price.tax_percent) for q in lines]
    longest = max(q.basket_line.consumable.lead_days for q in lines)
    return QuotedOrder(
        manufacturer_id=manufacturer_id,
        site_id=site_id,
        currency=currency,
        lines=lines,
        totals=add_up(amounts, currency),
        expected_date=add_working_days(day, longest),
    )
