"""The order screen: the buyer's machines by place, with what fits each, in four queries."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection
from django.utils import timezone

from tonerloop.common.actor import Actor, known
from tonerloop.common.days import add_working_days, local_day
from tonerloop.orders.basket import open_basket
from tonerloop.orders.models import Basket, BasketLine
from tonerloop.parties.models import Customer
from tonerloop.pricing.prices import Price, prices_for


def steps_of(price: Price) -> list[tuple[int, Decimal]]:
    """(From quantity, unit price), rising; empty where the price is on request."""
    return [] if price.unit_price is None else [(1, price.unit_price), *price.breaks]


@dataclass(frozen=True, kw_only=True)
class Supply:
    """A consumable that fits a machine, with all that the buyer is shown of it."""

    field: str
    consumable_id: int
    part_number: str
    name: str
    kind: str
    colour: str
    page_yield: int | None
    price: Price
    expected: date
    last_ordered: datetime | None
    coming: int
    quantity: int | None

    @property
    def steps(self) -> list[tuple[int, Decimal]]:
        """(From quantity, unit price), rising; empty where the price is on request."""
        return steps_of(self.price)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One machine and what fits it."""

    id: int
    model: str
    manufacturer: str
    serial_number: str
    asset_tag: str
    supplies: list[Supply]


@dataclass(frozen=True, kw_only=True)
class Place:
    """A location at a site with its machines."""

    site: str
    location: str
    machines: list[Machine]


@dataclass(frozen=True, kw_only=True)
class OtherLine:
    """Something that was asked for by part number."""

    line: BasketLine
    price: Price

    @property
    def steps(self) -> list[tuple[int, Decimal]]:
        """As of a Supply."""
        return steps_of(self.price)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The whole supply sheet."""

    basket: Basket
    places: list[Place]
    other_lines: list["OtherLine"] = field(default_factory=list)

    @property
    def fields(self) -> dict[str, Supply]:
        """Each supply by the name of its quantity field."""
        supplies = (s for p in self.places for m in p.machines for s in m.supplies)
        return {supply.field: supply for supply in supplies}


def field_name(machine_id: int, consumable_id: int) -> str:
    """The name of a quantity field."""
    return f"q-{machine_id}-{consumable_id}"


# The buyer's machines (`own_equipment`) with what fits them; asked for with each screen, and as a
# query of the ORM dearer than all else that is asked there.
_FITTING = """
SELECT s.name, e.location, e.id, m.name, k.name, e.serial_number, e.asset_tag,
       c.id, c.part_number, c.kind, c.colour, c.page_yield, c.lead_days, s.id, c.name
FROM fleet_equipment e
JOIN parties_site s ON s.id = e.site_id
JOIN catalogue_equipmentmodel m ON m.id = e.model_id
JOIN parties_manufacturer k ON k.id = m.manufacturer_id
JOIN catalogue_compatibility f ON f.equipment_model_id = m.id
JOIN catalogue_consumable c ON c.id = f.consumable_id
WHERE e.customer_id = %(customer)s AND NOT e.retired AND NOT s.closed AND c.active
  AND (%(narrowed)s::bigint[] IS NULL OR s.id = ANY(%(narrowed)s::bigint[]))
ORDER BY s.name, e.location, m.name, e.id
"""

# When each item was last ordered for a site, and how many are still to come.
_HISTORY = """
SELECT l.consumable_id, o.site_id, max(o.placed_at),
       coalesce(sum(CASE WHEN l.state = 'accepted' THEN l.approved_quantity
                         ELSE l.ordered_quantity END - l.delivered_quantity) FILTER (
           WHERE o.status NOT IN ('delivered', 'cancelled') AND l.state <> 'rejected'), 0)
FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id
WHERE o.customer_id = %s AND o.site_id = ANY(%s) AND o.status <> 'cancelled'
GROUP BY 1, 2
"""


def order_screen(by: Actor) -> Sheet:
    """What this buyer can order now; four queries, whatever the number of machines."""
    basket = open_basket(by)
    rows = _rows(by)
    lines = list(BasketLine.objects.filter(basket=basket).select_related("consumable", "site"))
    others = [line for line in lines if line.equipment_id is None]
    prices = prices_for(
        seller_id=basket.seller_id,
        customer_id=basket.customer_id,
        group_id=basket.customer.group_id,
        day=local_day(timezone.now(), basket.customer.seller.time_zone),
        consumables={row[7] for row in rows} | {line.consumable_id for line in others},
        shown=True,
    )
    news = _history(known(by.customer_id), sorted({row[13] for row in rows})) if rows else {}
    typed = {(line.equipment_id, line.consumable_id): line.quantity for line in lines}
    today = local_day(timezone.now(), basket.customer.seller.time_zone)
    return Sheet(
        basket=basket,
        places=_places(rows, prices, news, typed, today),
        other_lines=[OtherLine(line=one, price=prices[one.consumable_id]) for one in others],
    )


def supplies(by: Actor) -> list[Place]:
    """The same for a program, which keeps no basket: the machines with what fits them."""
    customer = Customer.objects.select_related("seller").get(pk=known(by.customer_id))
    rows, today = _rows(by), local_day(timezone.now(), customer.seller.time_zone)
    prices = prices_for(
        seller_id=customer.seller_id,
        customer_id=customer.pk,
        group_id=customer.group_id,
        day=today,
        consumables={row[7] for row in rows},
        shown=True,
    )
    news = _history(customer.pk, sorted({row[13] for row in rows})) if rows else {}
    return _places(rows, prices, news, {}, today)


def _rows(by: Actor) -> list[Any]:
    narrowed = None if by.site_ids is None else list(by.site_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FITTING, {"customer": known(by.customer_id), "narrowed": narrowed})
        return list(cursor.fetchall())


def _history(customer_id: int, sites: list[int]) -> dict[tuple[int, int], tuple[datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [customer_id, sites])
        return {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}


def _places(
    rows: list[Any],
    prices: dict[int, Price],
    news: dict[tuple[int, int], tuple[datetime, int]],
    typed: dict[tuple[int | None, int], int],
    today: date,
) -> list[Place]:
    days: dict[int, date] = defaultdict(lambda: today)
    for lead in {row[12] for row in rows}:
        days[lead] = add_working_days(today, lead)
    places = []
    for (site, location), here in groupby(rows, key=lambda row: (row[0], row[1])):
        machines = []
        for _pk, of_one in groupby(here, key=lambda row: row[2]):
            own = list(of_one)
            supplies = [_supply(row, prices, news, typed, days) for row in own]
            supplies.sort(key=lambda s: (_KINDS.get(s.kind, 9), _COLOURS.get(s.colour, 9)))
            first = own[0]
            machines.append(
                Machine(
                    id=first[2],
                    model=first[3],
                    manufacturer=first[4],
                    serial_number=first[5],
                    asset_tag=first[6],
                    supplies=supplies,
                )
            )
        places.append(Place(site=site, location=location, machines=machines))
    return places


# Toners first, in the order printers count their colours.
_KINDS = {"toner": 0, "toner_bottle": 0, "ink": 0, "drum": 1, "waste_toner": 2, "staples": 3}
_COLOURS = {"black": 0, "cyan": 1, "magenta": 2, "yellow": 3, "tricolour": 4}


def _supply(
    row: Any,
    prices: dict[int, Price],
    news: dict[tuple[int, int], tuple[datetime, int]],
    typed: dict[tuple[int | None, int], int],
    days: dict[int, date],
) -> Supply:
    last, coming = news.get((row[7], row[13]), (None, 0))
    return Supply(
        field=field_name(row[2], row[7]),
        consumable_id=row[7],
        part_number=row[8],
        name=row[14],
        kind=row[9],
        colour=row[10],
        page_yield=row[11],
        price=prices[row[7]],
        expected=days[row[12]],
        last_ordered=last,
        coming=coming,
        quantity=typed.get((row[2], row[7])),
    )
