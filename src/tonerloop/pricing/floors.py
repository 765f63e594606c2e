"""The floor of consumable X for seller S on day D: one definition, one query.

A floor is the seller's secret: whoever shows one makes sure that its reader is the seller.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db import connection

from tonerloop.common.money import minor_digits


@dataclass(frozen=True, kw_only=True)
class FloorPrice:
    """The lowest unit price, in whole minor units of its currency, and where it comes from.

    `percent` over the purchase price, None where an amount was set; `own` if it was set for
    this consumable and not for all. A percentage over a purchase price that nobody knows yet has
    no currency and speaks against no price (`is_known`).
    """

    amount: Decimal
    currency: str
    percent: Decimal | None
    own: bool

    @property
    def is_known(self) -> bool:
        """False while there is no purchase price for the percentage."""
        return bool(self.currency)

    def is_above(self, unit_price: Decimal, currency: str) -> bool:
        """True if this price lies below the floor; prices in other currencies do not compare."""
        return currency == self.currency and unit_price < self.amount

    def over(self, purchase_price: Decimal | None, currency: str) -> "FloorPrice":
        """The floor at this purchase price: another one if it is a percentage in this currency.

        A first purchase price gives a percentage its amount and currency.
        """
        if self.percent is None or purchase_price is None:
            return self
        if self.is_known and currency != self.currency:
            return self
        amount = purchase_price * (100 + self.percent) / 100
        return replace(self, amount=_upwards(amount, currency), currency=currency)


# A consumable's own floor goes before the one for all; a percentage needs a purchase price.
_SQL = """
SELECT c.id, f.percent, f.consumable_id IS NOT NULL,
       COALESCE(f.amount, p.unit_price * (100 + f.percent) / 100),
       CASE WHEN f.percent IS NULL THEN f.currency ELSE p.currency END
FROM catalogue_consumable c
JOIN LATERAL (
    SELECT consumable_id, percent, amount, currency FROM pricing_floor
    WHERE seller_id = %(seller)s AND (consumable_id = c.id OR consumable_id IS NULL)
    ORDER BY consumable_id NULLS LAST LIMIT 1
) f ON true
LEFT JOIN LATERAL (
    SELECT unit_price, currency FROM pricing_purchaseprice
    WHERE seller_id = %(seller)s AND consumable_id = c.id
      AND first_day <= %(day)s AND (last_day IS NULL OR last_day >= %(day)s)
    ORDER BY first_day DESC, id DESC LIMIT 1
) p ON true
WHERE c.id = ANY(%(consumables)s)
  AND (%(unknown)s OR f.percent IS NULL OR p.unit_price IS NOT NULL)
"""


def floors_for(
    *, seller_id: int, day: date, consumables: Iterable[int], unknown: bool = False
) -> dict[int, FloorPrice]:
    """Floors by consumable id on the seller's local day; one without a floor is left out.

    With `unknown` a percentage without a purchase price is there, too, for `over` to fill in.
    """
    asked: dict[str, Any] = {"seller": seller_id, "day": day, "consumables": list(consumables)}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {**asked, "unknown": unknown})
        return {row[0]: _floor(row) for row in cursor.fetchall()}


def floor_of(*, seller_id: int, day: date, consumable_id: int) -> FloorPrice | None:
    """The floor of one consumable, None where there is none."""
    found = floors_for(seller_id=seller_id, day=day, consumables=[consumable_id])
    return found.get(consumable_id)


def _floor(row: tuple[Any, ...]) -> FloorPrice:
    amount = Decimal(0) if row[3] is None else _upwards(row[3], row[4])
    return FloorPrice(amount=amount, currency=row[4] or "", percent=row[1], own=row[2])


def _upwards(amount: Decimal, currency: str) -> Decimal:
    # A price in whole minor units reaches the exact floor only by reaching the next one.
    return amount.quantize(Decimal(1).scaleb(-minor_digits(currency)), ROUND_CEILING)
