"""What a customer's points are and buy, and the next step up; one query for a screen."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

# Manufacturers whose rules concern a customer: its machines take their collectable supplies, or
# it has points with them.
_MAKERS = """
SELECT k.manufacturer_id FROM fleet_equipment e
  JOIN catalogue_compatibility f ON f.equipment_model_id = e.model_id
  JOIN catalogue_consumable k ON k.id = f.consumable_id AND k.collectable
 WHERE e.customer_id = %(customer)s AND NOT e.retired
UNION SELECT issuer_manufacturer_id FROM points_account
 WHERE customer_id = %(customer)s AND issuer_manufacturer_id IS NOT NULL
"""
_SQL = f"""
SELECT
 (SELECT json_agg(x ORDER BY x.id, x.currency) FROM (
   SELECT a.id, coalesce(s.name, m.name) AS issuer, a.issuer_seller_id IS NOT NULL AS sellers,
          coalesce(sum(l.remaining), 0) AS points,
          coalesce(sum(l.remaining * l.point_value), 0)::text AS worth,
          l.currency,
          min(l.last_day) AS first_expiry
     FROM points_account a
     LEFT JOIN parties_seller s ON s.id = a.issuer_seller_id
     LEFT JOIN parties_manufacturer m ON m.id = a.issuer_manufacturer_id
     LEFT JOIN points_lot l ON l.account_id = a.id AND l.remaining > 0 AND l.last_day >= %(day)s
    WHERE a.customer_id = %(customer)s GROUP BY a.id, s.name, m.name, l.currency) x),
 (SELECT json_agg(y ORDER BY y.threshold) FROM (
   SELECT t.kind, t.threshold, t.percent, coalesce(s.name, m.name) AS issuer,
          r.issuer_seller_id IS NOT NULL AS sellers
     FROM points_rulestep t JOIN points_rule r ON r.id = t.rule_id
     LEFT JOIN parties_seller s ON s.id = r.issuer_seller_id
     LEFT JOIN parties_manufacturer m ON m.id = r.issuer_manufacturer_id
    WHERE (r.issuer_seller_id = %(seller)s
           OR r.currency = (SELECT currency FROM parties_seller WHERE id = %(seller)s)
              AND r.issuer_manufacturer_id IN ({_MAKERS}))
      AND r.first_day <= %(day)s AND (r.last_day IS NULL OR r.last_day >= %(day)s)) y)
"""  # noqa: S608 - of constants


@dataclass(frozen=True, kw_only=True)
class Purse:
    """A customer's points with one issuer in one currency, and what they are worth today."""

    account_id: int
    issuer: str
    sellers: bool  # the seller's own; else a manufacturer's
    points: int
    worth: Decimal
    currency: str
    first_expiry: date | None


@dataclass(frozen=True, kw_only=True)
class Level:
    """A step of a rule that is not reached yet."""

    issuer: str  # whose rule it is
    kind: str  # quantity or rate
    threshold: int
    more: int  # pieces, or points of the rate, that are missing
    percent: int  # what pieces earn from there, beyond 100


@dataclass(frozen=True)
class Standing:
    """All purses, and the next level, if there is one."""

    purses: list[Purse]
    next_level: Level | None


def standing(*, customer_id: int, seller_id: int, day: date, collected: int, rate: int) -> Standing:
    """The customer's points on a day, and what comes next after so many pieces and this rate."""
    with connection.cursor() as cursor:
        named: dict[str, Any] = {"customer": customer_id, "seller": seller_id, "day": day}
        cursor.execute(_SQL, named)
        purses, steps = cursor.fetchone() or (None, None)
    return Standing([_purse(row) for row in purses or []], _next(steps or [], collected, rate))


def makers_of(customer_id: int) -> list[int]:
    """The manufacturers whose rules concern the customer."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKERS, {"customer": customer_id})
        return [row[0] for row in cursor.fetchall()]


def purses_of(*, customer_id: int, seller_id: int, day: date) -> list[Purse]:
    """The customer's points on a day, issuer by issuer."""
    facts = {"customer_id": customer_id, "seller_id": seller_id, "day": day}
    return standing(**facts, collected=0, rate=0).purses  # type: ignore[arg-type]


def _purse(row: dict[str, Any]) -> Purse:
    expiry = row["first_expiry"]
    return Purse(
        account_id=row["id"],
        issuer=row["issuer"],
        sellers=row["sellers"],
        points=row["points"],
        worth=Decimal(row["worth"]),
        currency=row["currency"] or "",
        first_expiry=date.fromisoformat(expiry) if expiry else None,
    )


def _next(steps: list[dict[str, Any]], collected: int, rate: int) -> Level | None:
    """The nearest level that brings more: one of pieces before one of the rate, the seller's
    before a maker's.

    The customer's whole standing counts for every issuer's levels, as it does when points are
    earned.
    """
    now = {"quantity": collected, "rate": rate}
    above = [step for step in steps if step["threshold"] > now[step["kind"]]]
    above.sort(
        key=lambda step: (step["kind"] != "quantity", step["threshold"], not step["sellers"])
    )
    if not above:
        return None
    step = above[0]
    return Level(
        issuer=step["issuer"],
        kind=step["kind"],
        threshold=step["threshold"],
        more=step["threshold"] - now[step["kind"]],
        percent=step["percent"] - 100,
    )
