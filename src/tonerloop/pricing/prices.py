"""The price of consumable X for customer C on day D: one definition, one query."""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from tonerloop.common.wall import through


@dataclass(frozen=True, kw_only=True)
class Price:
    """A customer's price of one consumable, where it comes from, and what goes with it.

    `unit_price` is None where no agreement is valid: price on request, in the seller's currency.
    `breaks` are (from quantity, unit price), rising; `purchase_price` is the seller's own.
    """

    consumable_id: int
    currency: str
    tax_percent: Decimal
    unit_price: Decimal | None = None
    agreement_id: int | None = None
    level: str = ""
    note: str = ""
    breaks: tuple[tuple[int, Decimal], ...] = ()
    purchase_price: Decimal | None = None
    purchase_currency: str = ""

    def at(self, quantity: int) -> Decimal | None:
        """Unit price when this many are ordered on one line."""
        reached = [price for start, price in self.breaks if start <= quantity]
        return reached[-1] if reached else self.unit_price


# Each level is looked up by its own partial index; the first level that has a row wins,
# within it the agreement that began last, then the newest.
_SQL = """
SELECT c.id, COALESCE(a.currency, s.currency), COALESCE(t.percent, 0),
       a.unit_price, a.id, a.level, a.note,
       ARRAY(SELECT b.min_quantity FROM pricing_pricebreak b
             WHERE b.agreement_id = a.id ORDER BY b.min_quantity),
       ARRAY(SELECT b.unit_price FROM pricing_pricebreak b
             WHERE b.agreement_id = a.id ORDER BY b.min_quantity),
       {bought}
FROM catalogue_consumable c
JOIN parties_seller s ON s.id = %(seller)s
LEFT JOIN parties_taxrate t ON t.seller_id = s.id AND t.product_class = c.product_class
LEFT JOIN LATERAL (
    (SELECT 1 AS rank, 'customer' AS level, id, currency, unit_price, note, first_day
     FROM pricing_priceagreement
     WHERE customer_id = %(customer)s AND seller_id = %(seller)s AND consumable_id = c.id
       AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s))
    UNION ALL
    (SELECT 2, 'group', id, currency, unit_price, note, first_day
     FROM pricing_priceagreement
     WHERE group_id = %(group)s AND seller_id = %(seller)s AND consumable_id = c.id
       AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s))
    UNION ALL
    (SELECT 3, 'list', id, currency, unit_price, note, first_day
     FROM pricing_priceagreement
     WHERE seller_id = %(seller)s AND customer_id IS NULL AND group_id IS NULL
       AND consumable_id = c.id
       AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s))
    ORDER BY rank, first_day DESC, id DESC LIMIT 1
) a ON true
{buying}
WHERE c.id = ANY(%(consumables)s)
"""

_BUYING = """
LEFT JOIN LATERAL (
    SELECT unit_price, currency FROM pricing_purchaseprice
    WHERE seller_id = %(seller)s AND consumable_id = c.id
      AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s)
    ORDER BY first_day DESC, id DESC LIMIT 1
) p ON true
"""
_SHOWN = _SQL.format(bought="NULL, NULL", buying="")
_KEPT = _SQL.format(bought="p.unit_price, p.currency", buying=_BUYING)


def prices_for(
    *,
    seller_id: int,
    customer_id: int,
    group_id: int | None,
    day: date,
    consumables: Iterable[int],
    shown: bool = False,
) -> dict[int, Price]:
    """Prices by consumable id for one customer on the seller's local day; one query.

    With the seller's own purchase price, which an order keeps and its buyer never reads, unless
    they are only to be `shown`.
    """
    with nullcontext() if shown else through(), connection.cursor() as cursor:
        cursor.execute(
            _SHOWN if shown else _KEPT,
            {
                "seller": seller_id,
                "customer": customer_id,
                "group": group_id,
                "day": day,
                "consumables": list(consumables),
            },
        )
        return {row[0]: _price(row) for row in cursor.fetchall()}


def _price(row: tuple[Any, ...]) -> Price:
    return Price(
        consumable_id=row[0],
        currency=row[1],
        tax_percent=row[2],
        unit_price=row[3],
        agreement_id=row[4],
        level=row[5] or "",
        note=row[6] or "",
        breaks=tuple(zip(row[7], row[8], strict=True)),
        purchase_price=row[9],
        purchase_currency=row[10] or "",
    )
