"""What a customer's points are and buy, and the next step up; one query for a screen."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

_SQL = """
SELECT
 (SELECT json_agg(x ORDER BY x.id) FROM (
   SELECT a.id, coalesce(s.name, m.name) AS issuer,
          coalesce(sum(l.remaining), 0) AS points,
          coalesce(sum(l.remaining * l.point_value), 0)::text AS worth,
          max(l.currency) AS currency,
          min(l.last_day) AS first_expiry
     FROM points_account a
     LEFT JOIN parties_seller s ON s.id = a.issuer_seller_id
     LEFT JOIN parties_manufacturer m ON m.id = a.issuer_manufacturer_id
     LEFT JOIN points_lot l ON l.account_id = a.id AND l.remaining > 0 AND l.last_day >= %(day)s
    WHERE a.customer_id = %(customer)s GROUP BY a.id, s.name, m.name) x),
 (SELECT json_agg(y ORDER BY y.threshold) FROM (
   SELECT t.kind, t.threshold, t.percent, r.name AS rule
     FROM points_rulestep t JOIN points_rule r ON r.id = t.rule_id
    WHERE r.issuer_seller_id = %(seller)s AND r.first_day <= %(day)s
      AND (r.last_day IS NULL OR r.last_day >= %(day)s)) y)
"""


@dataclass(frozen=True, kw_only=True)
class Purse:
    """A customer's points with one issuer, and what they are worth today."""

    account_id: int
    issuer: str
    points: int
    worth: Decimal
    currency: str
    first_expiry: date | None


@dataclass(frozen=True, kw_only=True)
class Level:
    """A step of the seller's rules that is not reached yet."""

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


def purses_of(*, customer_id: int, seller_id: int, day: date) -> list[Purse]:
    """The customer's points on a day, issuer by issuer."""
    facts = {"customer_id": customer_id, "seller_id": seller_id, "day": day}
    return standing(**facts, collected=0, rate=0).purses  # type: ignore[arg-type]


def _purse(row: dict[str, Any]) -> Purse:
    expiry = row["first_expiry"]
    return Purse(
        account_id=row["id"],
        issuer=row["issuer"],
        points=row["points"],
        worth=Decimal(row["worth"]),
        currency=row["currency"] or "",
        first_expiry=date.fromisoformat(expiry) if expiry else None,
    )


def _next(steps: list[dict[str, Any]], collected: int, rate: int) -> Level | None:
    """The nearest level that brings more; one of pieces before one of the rate."""
    now = {"quantity": collected, "rate": rate}
    above = [step for step in steps if step["threshold"] > now[step["kind"]]]
    above.sort(key=lambda step: (step["kind"] != "quantity", step["threshold"]))
    if not above:
        return None
    step = above[0]
    return Level(
        kind=step["kind"],
        threshold=step["threshold"],
        more=step["threshold"] - now[step["kind"]],
        percent=step["percent"] - 100,
    )
