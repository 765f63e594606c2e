"""Months are summed up once they are over, day by day, so that no report adds up a year of pieces.

All that counts is appended at its own moment and never changed, so that a day that is over stays
as it is: what is corrected later counts when it was corrected. The days since are counted anew by
each report. Only a site's region may change what was: a trigger then forgets the seller's months,
and reports count everything until the next run has summed it up again.
"""

from datetime import datetime, time, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from tonerloop.collection.kept_models import KeptMonth, KeptUntil
from tonerloop.collection.models import Registration
from tonerloop.collection.movements import movements_within
from tonerloop.parties.models import Collector, Manufacturer, Seller

LATE = timedelta(hours=1)  # a transaction that began before midnight has ended by then
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('tonerloop.kept'), %s::integer)"
_OF: LiteralString = "r.seller_id = %(seller)s"
_KEEP = f"""
WITH {movements_within(of=_OF, models="true")}
INSERT INTO collection_keptmonth AS kept
       (seller_id, zone, month, consumable_id, region, collected, reusable, delivered)
SELECT %(seller)s, %(zone)s::text, date_trunc('month', m.at AT TIME ZONE %(zone)s)::date,
       m.consumable_id, coalesce(s.region, ''), sum(m.collected),
       coalesce(sum(m.collected) FILTER (WHERE m.condition = 'reusable'), 0), sum(m.delivered)
  FROM movement m
  LEFT JOIN orders_order o ON o.id = m.order_id
  LEFT JOIN collection_collectionrequest q ON q.id = m.request_id
  LEFT JOIN parties_site s ON s.id = coalesce(o.site_id, q.site_id)
 WHERE m.at >= %(since)s AND m.at < %(until)s
 GROUP BY 3, 4, 5
ON CONFLICT (seller_id, zone, month, consumable_id, region) DO UPDATE
   SET collected = kept.collected + excluded.collected,
       reusable = kept.reusable + excluded.reusable,
       delivered = kept.delivered + excluded.delivered
"""  # noqa: S608 - no input in it


def keep_months(now: datetime) -> int:
    """Sum up all days that are over, of every seller in the time zone of each who reads them.

    How many steps, at most a month each; what stops it in between, the next run goes on with.
    """
    steps = 0
    for seller in Seller.objects.filter(pk__in=_taking_part()).select_related("collector"):
        for zone in _zones(seller):
            while _keep_next(seller.pk, zone, now):
                steps += 1
    return steps


def _taking_part() -> list[int]:
    return [pk for pk in Seller.objects.values_list("pk", flat=True) if _first(pk)]


def _first(seller_id: int) -> datetime | None:
    found = Registration.objects.filter(seller_id=seller_id).order_by("registered_at")
    return found.values_list("registered_at", flat=True).first()


def _zones(seller: Seller) -> set[str]:
    makers = set(Manufacturer.objects.values_list("time_zone", flat=True).distinct())
    collector: Collector | None = seller.collector
    return {seller.time_zone, *makers, *([collector.time_zone] if collector else [])}


@transaction.atomic
def _keep_next(seller_id: int, zone: str, now: datetime) -> bool:
    """Sum up the rest of the first month that is not kept whole; False where nothing is over."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [seller_id])
        since = _begin(seller_id, zone)
        until = min(_month_after(since, zone), _midnight(now - LATE, zone))
        if until <= since:
            return False
        given: dict[str, Any] = {"seller": seller_id, "zone": zone, "since": since, "until": until}
        cursor.execute(_KEEP, given)
    KeptUntil.objects.update_or_create(seller_id=seller_id, zone=zone, defaults={"until": until})
    return True


def _begin(seller_id: int, zone: str) -> datetime:
    """From where on nothing is kept; what was forgotten is removed."""
    kept = KeptUntil.objects.filter(seller_id=seller_id, zone=zone).first()
    if kept:
        return kept.until
    KeptMonth.objects.filter(seller_id=seller_id, zone=zone).delete()
    first = _first(seller_id)
    assert first is not None
    return _midnight(first, zone)


def _midnight(at: datetime, zone: str) -> datetime:
    """The beginning of that day."""
    there = ZoneInfo(zone)
    return datetime.combine(at.astimezone(there).date(), time(tzinfo=there))


def _month_after(at: datetime, zone: str) -> datetime:
    first = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
    return datetime.combine(
        (first + timedelta(days=32)).replace(day=1), time(tzinfo=ZoneInfo(zone))
    )
