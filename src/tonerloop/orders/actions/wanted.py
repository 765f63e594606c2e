"""What a program wants, looked up at once: its items, machines and sites as a quote needs them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, known
from tonerloop.common.rows import partly
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Basket, BasketLine
from tonerloop.parties.models import Customer, Manufacturer, Seller, Site
from tonerloop.parties.working import WorkingTime, joined


@dataclass(frozen=True, kw_only=True)
class WantedLine:
    """So many of an item for a machine, or for none, to a site; at the price that was seen."""

    consumable_id: int
    quantity: int
    machine_id: int | None = None
    site_id: int | None = None
    meant: bool = False  # also where it fits no machine
    seen: tuple[Decimal, str] | None = None


_HOURS = tuple(field.attname for field in WorkingTime._meta.concrete_fields)
_CUSTOMER = f"""
SELECT c.id, c.name, c.group_id, s.id, s.name, s.time_zone,
       EXISTS (SELECT FROM orders_basket b WHERE b.key = %s AND b.customer_id = c.id),
       {", ".join(f"w.{name}" for name in _HOURS)}
FROM parties_customer c
JOIN parties_seller s ON s.id = c.seller_id
LEFT JOIN parties_workingtime w ON w.seller_id = s.id
WHERE c.id = %s
"""  # noqa: S608 - names of ours


def ordering(key: UUID, by: Actor) -> tuple[Customer, bool]:
    """Who orders, with its seller and that one's hours; and whether it has under this key before.

    One query, of which only what placing asks for is read.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CUSTOMER, [key, known(by.customer_id)])
        [row] = cursor.fetchall()
    seller = partly(Seller, id=row[3], name=row[4], time_zone=row[5])
    hours = dict(zip(_HOURS, row[7:], strict=True))
    if hours["id"] is not None:
        hours["hours"] = json.loads(hours["hours"])
    joined(seller, partly(WorkingTime, **hours) if hours["id"] is not None else None)
    customer = partly(Customer, id=row[0], name=row[1], group_id=row[2], seller_id=row[3])
    customer.seller = seller
    return customer, row[6]


# For each line the item, and of the buyer's own the machine (`own_equipment`) and the site
# (`own_sites`): what is not there or not theirs is null. As five queries of the ORM it costs
# more than the rest of an order.
_SQL = """
SELECT c.id, c.part_number, c.name, c.kind, c.lead_days, c.active, c.manufacturer_id,
       k.id, k.name, s.id, s.name, s.closed, e.id,
       EXISTS (SELECT FROM catalogue_compatibility f
               WHERE f.consumable_id = c.id AND f.equipment_model_id = e.model_id),
       EXISTS (SELECT FROM fleet_equipment o
               JOIN catalogue_compatibility f ON f.equipment_model_id = o.model_id
               WHERE f.consumable_id = c.id AND o.customer_id = %(customer)s AND NOT o.retired)
FROM unnest(%(items)s::bigint[], %(machines)s::bigint[], %(sites)s::bigint[])
     WITH ORDINALITY AS w (item, machine, site, place)
LEFT JOIN catalogue_consumable c ON c.id = w.item
LEFT JOIN parties_manufacturer k ON k.id = c.manufacturer_id
LEFT JOIN LATERAL (
    SELECT m.id, m.model_id, m.site_id
    FROM fleet_equipment m JOIN parties_site o ON o.id = m.site_id
    WHERE m.id = w.machine AND m.customer_id = %(customer)s AND NOT m.retired AND NOT o.closed
      AND (%(narrowed)s::bigint[] IS NULL OR m.site_id = ANY(%(narrowed)s::bigint[]))
) e ON true
LEFT JOIN parties_site s ON s.id = coalesce(w.site, e.site_id)
    AND s.customer_id = %(customer)s AND NOT s.closed
    AND (%(narrowed)s::bigint[] IS NULL OR s.id = ANY(%(narrowed)s::bigint[]))
ORDER BY w.place
"""


def looked_up(basket: Basket, lines: Sequence[WantedLine], by: Actor) -> list[BasketLine]:
    """The lines as a quote takes them, numbered by their places and never stored; one query.

    Raises Refused for an item, a machine or a site that is not there for the buyer, and for an
    item named twice; whether it fits is told by `fits` (any machine) and `takes_it` (this one).
    """
    given = {
        "customer": known(by.customer_id),
        "narrowed": None if by.site_ids is None else list(by.site_ids),
        "items": [line.consumable_id for line in lines],
        "machines": [line.machine_id for line in lines],
        "sites": [line.site_id for line in lines],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, given)
        found = cursor.fetchall()
    pairs = set[tuple[int, int | None]]()
    rows = []
    for place, (line, row) in enumerate(zip(lines, found, strict=True)):
        _check(place, line, row, pairs)
        rows.append(_line(basket, place, line, row))
    return sorted(rows, key=lambda one: (one.site.name, one.pk))  # as a quote has them


def _check(
    place: int, line: WantedLine, row: tuple[Any, ...], pairs: set[tuple[int, int | None]]
) -> None:
    item, site, machine = row[0], row[9], row[12]
    if item is None:
        raise Refused(f"lines.{place}.consumable_id", _("There is no such item."))
    if (item, line.machine_id) in pairs:
        raise Refused(f"lines.{place}", _("This item is named twice for the same machine."))
    pairs.add((item, line.machine_id))
    if line.machine_id is not None and machine is None:
        raise Refused(f"lines.{place}.machine_id", _("Choose one of your own machines."))
    if site is None:
        raise Refused(f"lines.{place}.site_id", _("Choose one of your own sites."))


_ITEM = ("id", "part_number", "name", "kind", "lead_days", "active", "manufacturer_id")


def _line(basket: Basket, place: int, line: WantedLine, row: tuple[Any, ...]) -> BasketLine:
    item = partly(Consumable, **dict(zip(_ITEM, row, strict=False)))
    item.manufacturer = partly(Manufacturer, id=row[7], name=row[8])
    site = partly(Site, id=row[9], name=row[10], closed=row[11])
    found = BasketLine(
        pk=place,
        basket=basket,
        consumable=item,
        equipment_id=row[12],
        site=site,
        quantity=line.quantity,
        meant=line.meant,
    )
    found.takes_it, found.fits = row[13:]  # type: ignore[attr-defined]
    return found
