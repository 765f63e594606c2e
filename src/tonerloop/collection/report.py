"""Collected and delivered by month, model, region and seller, by the rows of `movements` (COL-9).

Months and days that are over are kept sums (`keeping`); only what came since is counted here.

For a seller its customers, for a manufacturer its models whoever sold them, for a collector the
customers of its sellers. Pieces that arrived without a sender are told to the manufacturer and
to the collector who counted them, as nobody's: in no region, of no seller.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.movements import COLLECTABLE, movements_within
from tonerloop.common.reading import reading
from tonerloop.common.wall import through
from tonerloop.parties.models import Seller

UNKNOWN = "unknown"  # the sender is
# By what grouping() says: the bits of the columns that are summed over.
MONTHS, MODELS, REGIONS, SELLERS = 0b0111, 0b1011, 0b1101, 0b1110
SETS = {MONTHS: "months", MODELS: "models", REGIONS: "regions", SELLERS: "sellers"}

# Whose: which sellers `s`, which models, whose pieces without sender.
_WHOSE: dict[str, tuple[LiteralString, LiteralString, LiteralString]] = {
    "seller": ("s.id = %(id)s", "true", "false"),
    "manufacturer": ("true", "k.manufacturer_id = %(id)s", "k.manufacturer_id = %(id)s"),
    "collector": ("s.collector_id = %(id)s", "true", "e.collector_id = %(id)s"),
}
# From when on something is to be counted that is not kept; NULL: nobody takes part.
_NEW: LiteralString = """
SELECT min(coalesce(u.until, (SELECT min(r.registered_at) FROM collection_registration r
                               WHERE r.seller_id = s.id)))
  FROM parties_seller s
  LEFT JOIN collection_keptuntil u ON u.seller_id = s.id AND u.zone = %(zone)s
 WHERE {sellers}
"""
_SQL = """
WITH {movements}, kept AS (
  SELECT m.month, m.consumable_id, m.region, m.seller_id, m.collected, m.reusable, m.delivered
    FROM parties_seller s
    JOIN collection_keptuntil u ON u.seller_id = s.id AND u.zone = %(zone)s
    JOIN collection_keptmonth m ON m.seller_id = s.id AND m.zone = %(zone)s
     AND m.month >= %(first)s AND m.month < %(after)s
    JOIN catalogue_consumable k ON k.id = m.consumable_id AND k.collectable AND {models}
   WHERE {sellers}
), counted AS (
  SELECT month, consumable_id, 'in ' || region AS region, seller_id::text AS seller,
         collected, reusable, delivered
    FROM kept
  UNION ALL
  SELECT date_trunc('month', m.at AT TIME ZONE %(zone)s)::date, m.consumable_id,
         'in ' || coalesce(s.region, ''), m.seller_id::text, m.collected,
         CASE WHEN m.condition = 'reusable' THEN m.collected ELSE 0 END, m.delivered
    FROM movement m
    LEFT JOIN collection_keptuntil u ON u.seller_id = m.seller_id AND u.zone = %(zone)s
    LEFT JOIN orders_order o ON o.id = m.order_id
    LEFT JOIN collection_collectionrequest q ON q.id = m.request_id
    LEFT JOIN parties_site s ON s.id = coalesce(o.site_id, q.site_id)
   WHERE m.at >= %(since)s AND m.at < %(until)s AND (u.until IS NULL OR m.at >= u.until)
  UNION ALL
  SELECT date_trunc('month', p.at AT TIME ZONE %(zone)s)::date, p.consumable_id,
         'unknown', 'unknown', 1, CASE WHEN p.condition = 'reusable' THEN 1 ELSE 0 END, 0
    FROM collection_straypiece p
    JOIN collection_stray y ON y.id = p.stray_id AND y.request_id IS NULL
    JOIN parties_recoverycentre e ON e.id = y.centre_id
    JOIN catalogue_consumable k ON k.id = p.consumable_id AND k.collectable
   WHERE {strays} AND p.condition <> 'other_maker' AND p.at >= %(begin)s AND p.at < %(until)s
)
SELECT grouping(c.month, c.consumable_id, c.region, c.seller),
       c.month, c.consumable_id, c.region, c.seller,
       sum(c.collected), sum(c.delivered),
       sum(c.collected * coalesce(k.weight_g, 0)),
       coalesce(sum(c.reusable) FILTER (WHERE k.kind = 'toner'), 0),
       coalesce(sum(c.collected) FILTER (WHERE k.weight_g IS NULL), 0)
  FROM counted c JOIN catalogue_consumable k ON k.id = c.consumable_id
 WHERE (%(model)s::bigint IS NULL OR c.consumable_id = %(model)s)
   AND (%(region)s::text IS NULL OR c.region = %(region)s)
   AND (%(seller)s::text IS NULL OR c.seller = %(seller)s)
 GROUP BY GROUPING SETS ((c.month), (c.consumable_id), (c.region), (c.seller))
"""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose figures (`kind`: seller, manufacturer or collector), over which time, of what.

    From the day `first` to the month before `after`, a month's first day. `region` and `seller`
    are keys of rows; None is all of them.
    """

    kind: str
    id: int
    zone: str
    first: date
    after: date
    model: int | None = None
    region: str | None = None
    seller: str | None = None

    def parameters(self) -> dict[str, Any]:
        """What the query is given."""
        midnight = time(tzinfo=ZoneInfo(self.zone))
        since, until = (datetime.combine(day, midnight) for day in (self.first, self.after))
        return {**vars(self), "begin": since, "since": since, "until": until}


@dataclass
class Row:
    """One month, model, region or seller; `key` is what chooses it."""

    key: str
    label: str
    collected: int = 0
    delivered: int = 0
    weight_g: int = 0
    reused: int = 0  # toner cartridges found reusable
    unweighed: int = 0  # pieces of models without a weight

    @property
    def percent(self) -> int | None:
        """Collected of delivered in whole percent; None before anything was delivered."""
        return 100 * self.collected // self.delivered if self.delivered > 0 else None


@dataclass
class Report:
    """What came back and what went out."""

    months: list[Row] = field(default_factory=list)
    models: list[Row] = field(default_factory=list)
    regions: list[Row] = field(default_factory=list)
    sellers: list[Row] = field(default_factory=list)

    @property
    def total(self) -> Row:
        """All of it."""
        whole = Row("", "")
        for row in self.months:
            whole.collected += row.collected
            whole.delivered += row.delivered
            whole.weight_g += row.weight_g
            whole.reused += row.reused
            whole.unweighed += row.unweighed
        return whole


def report(scope: Scope) -> Report:
    """The figures of a scope; every month of its time is there, whatever happened in it."""
    rows = _rows(scope)
    found: dict[str, dict[str, Row]] = {name: {} for name in SETS.values()}
    found["months"] = _months(scope)
    names = _names(rows)
    for which, *keys, collected, delivered, weight, reused, unweighed in rows:
        listed, key = found[SETS[which]], str(next(key for key in keys if key is not None))
        row = listed.setdefault(key, Row(key, names.get((which, key)) or _region(key)))
        row.collected, row.delivered, row.weight_g = collected, delivered, weight
        row.reused, row.unweighed = reused, unweighed
    return Report(**{name: sorted(rows.values(), key=_place) for name, rows in found.items()})


def _rows(scope: Scope) -> list[Any]:
    """What is kept of the months, and what came since that is not kept yet."""
    sellers, models, strays = _WHOSE[scope.kind]
    of = f"r.seller_id IN (SELECT s.id FROM parties_seller s WHERE {sellers})"  # noqa: S608
    found = movements_within(of=of, models=f"{COLLECTABLE} AND {models}")
    sql = _SQL.format(movements=found, sellers=sellers, models=models, strays=strays)
    given = scope.parameters()
    # A manufacturer's figures are of all sellers' customers; the statement names whose they are.
    with through(), reading().cursor() as cursor:
        cursor.execute(_NEW.format(sellers=sellers), given)
        new = cursor.fetchone()[0] or given["until"]
        cursor.execute(sql, {**given, "since": max(given["since"], min(new, given["until"]))})
        return list(cursor.fetchall())


def _place(row: Row) -> tuple[bool, str]:
    return row.key in (UNKNOWN, "in "), row.label


def _months(scope: Scope) -> dict[str, Row]:
    begin, end = (day.year * 12 + day.month - 1 for day in (scope.first, scope.after))
    days = [date(number // 12, number % 12 + 1, 1) for number in range(begin, end)]
    return {str(day): Row(str(day), f"{day:%Y-%m}") for day in days}


def _names(rows: list[Any]) -> dict[tuple[int, str], str]:
    """What models and sellers are called, by grouping set and key."""
    models = Consumable.objects.in_bulk({row[2] for row in rows if row[2]})
    sellers = Seller.objects.in_bulk({int(r[4]) for r in rows if r[4] and r[4] != UNKNOWN})
    called = {(MODELS, str(pk)): one.part_number for pk, one in models.items()}
    return called | {(SELLERS, str(pk)): one.name for pk, one in sellers.items()}


def _region(key: str) -> str:
    if key == UNKNOWN:
        return _("sender unknown")
    return key.removeprefix("in ") or _("no region given")
