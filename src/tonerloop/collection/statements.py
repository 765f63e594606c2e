"""The figures of a customer's yearly statement, by the definitions of `progress` (COL-2, COL-9)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from tonerloop.catalogue.models import Consumable, Kind
from tonerloop.collection.models import Count, Registration
from tonerloop.collection.printing.figures import ModelRow, MonthRow, Party, Statement
from tonerloop.collection.states import Condition
from tonerloop.common.days import local_day
from tonerloop.parties.models import Collector, Customer, Organisation

# Collectable pieces delivered (+) and returned (-) while the customer took part. What came back
# of pieces delivered before does not count, which `_delivered` sees to, as `progress` does.
_MOVEMENTS = """
SELECT r.id, m.line_id, m.at, m.n
FROM collection_registration r
JOIN (SELECT d.customer_id, d.line_id, d.at, d.quantity AS n FROM orders_delivery d
      UNION ALL
      SELECT o.customer_id, t.line_id, t.recorded_at, -t.quantity FROM orders_return t
        JOIN orders_orderline l ON l.id = t.line_id JOIN orders_order o ON o.id = l.order_id) m
  ON m.customer_id = r.customer_id AND m.at >= r.registered_at
  AND (r.ended_at IS NULL OR m.at < r.ended_at)
JOIN orders_orderline l ON l.id = m.line_id
JOIN catalogue_consumable k ON k.id = l.consumable_id AND k.collectable
WHERE r.customer_id = %s ORDER BY m.at, m.n DESC
"""


def yearly(customer_id: int, year: int) -> Statement:
    """What the customer gave back and was delivered in a year of its seller's time zone.

    Registration.DoesNotExist where it took part on no day of that year until today.
    """
    customer = Customer.objects.select_related("seller").get(pk=customer_id)
    zone = customer.seller.time_zone
    registrations = _taking_part(customer, year)
    first, last = _span(registrations, year, zone)
    counts = _counts(registrations, year, zone)
    return Statement(
        customer=_customer(customer, registrations[-1]),
        seller=_party(customer.seller),
        collectors=_collectors(customer, counts),
        year=year,
        first_day=first,
        last_day=last,
        time_zone=zone,
        months=tuple(_months(first, last, _delivered(customer_id, zone), _collected(counts, zone))),
        models=tuple(_models(counts)),
        made_on=_today(zone),
    )


def _taking_part(customer: Customer, year: int) -> list[Registration]:
    zone = customer.seller.time_zone
    every = customer.registrations.select_related("site").order_by("registered_at")
    found = [r for r in every if _joined(r, zone) <= _last_of(year, zone) and _in(r, year, zone)]
    if not found or year > _today(zone).year:
        raise Registration.DoesNotExist(f"customer {customer.pk} took no part in {year}")
    return found


def _in(registration: Registration, year: int, zone: str) -> bool:
    ended = registration.ended_at
    return ended is None or local_day(ended, zone).year >= year


def _span(registrations: list[Registration], year: int, zone: str) -> tuple[date, date]:
    """The first and the last day of the year on which the customer took part."""
    last = _last_of(year, zone)
    if all(r.ended_at for r in registrations):
        last = min(last, max(local_day(r.ended_at, zone) for r in registrations if r.ended_at))
    return max(date(year, 1, 1), _joined(registrations[0], zone)), last


def _counts(registrations: list[Registration], year: int, zone: str) -> list[Count]:
    """The year's entries made while the customer took part."""
    begins, ends = (datetime(y, 1, 1, tzinfo=ZoneInfo(zone)) for y in (year, year + 1))
    entries = (
        Count.objects.filter(customer_id=registrations[0].customer_id, at__gte=begins, at__lt=ends)
        .select_related("consumable", "piece__centre__collector")
        .order_by("pk")
    )
    return [entry for entry in entries if _during(registrations, entry.at)]


def _during(registrations: list[Registration], at: datetime) -> bool:
    return any(
        r.registered_at <= at and (r.ended_at is None or at < r.ended_at) for r in registrations
    )


def _collected(counts: list[Count], zone: str) -> Counter[date]:
    """Collected pieces by the first day of the month."""
    found: Counter[date] = Counter()
    for entry in counts:
        model = entry.consumable
        if model and model.collectable and entry.condition != Condition.OTHER_MAKER:
            found[local_day(entry.at, zone).replace(day=1)] += entry.quantity
    return found


def _delivered(customer_id: int, zone: str) -> Counter[date]:
    """Delivered pieces less returns by the first day of the month; of a line never below zero."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, [customer_id])
        movements: Iterable[tuple[int, int, datetime, int]] = cursor.fetchall()
    found: Counter[date] = Counter()
    held: dict[tuple[int, int], int] = defaultdict(int)
    for registration, line, at, pieces in movements:
        before = held[registration, line]
        held[registration, line] = after = before + pieces
        found[local_day(at, zone).replace(day=1)] += max(0, after) - max(0, before)
    return found


def _months(
    first: date, last: date, delivered: Counter[date], collected: Counter[date]
) -> Iterator[MonthRow]:
    for month in range(first.month, last.month + 1):
        day = date(first.year, month, 1)
        yield MonthRow(first_day=day, delivered=delivered[day], collected=collected[day])


def _models(counts: list[Count]) -> Iterator[ModelRow]:
    """By part number, what the catalogue does not know at the end; without what was undone."""
    models: dict[tuple[str, str], Consumable | None] = {}
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for entry in counts:
        key = _key(entry)
        models[key] = entry.consumable
        found[key][entry.condition] += entry.quantity
    for key in sorted(found, key=lambda key: (not key[0], key)):
        if any(found[key].values()):
            yield _model(models[key], key, found[key])


def _key(entry: Count) -> tuple[str, str]:
    model = entry.consumable
    return (model.part_number, str(model.manufacturer_id)) if model else ("", entry.unknown_model)


def _model(model: Consumable | None, key: tuple[str, str], conditions: Counter[str]) -> ModelRow:
    return ModelRow(
        part_number=key[0],
        name=model.name if model else key[1],
        collectable=model is not None and model.collectable,
        toner=model is not None and model.kind == Kind.TONER,
        weight_g=model.weight_g if model else None,
        **{str(condition): conditions[condition] for condition in Condition},
    )


def _customer(customer: Customer, registration: Registration) -> Party:
    address = customer.address or registration.site.address
    return Party(name=customer.name, address=address, number=customer.number)


def _collectors(customer: Customer, counts: list[Count]) -> tuple[Party, ...]:
    """Who counted the pieces; before the first one the seller's collector."""
    found: dict[int, Collector] = {
        entry.piece.centre.collector_id: entry.piece.centre.collector for entry in counts
    }
    usual = customer.seller.collector
    if not found and usual:
        found[usual.pk] = usual
    return tuple(_party(collector) for collector in found.values())


def _party(organisation: Organisation) -> Party:
    return Party(name=organisation.name, address=organisation.address)


def _joined(registration: Registration, zone: str) -> date:
    return local_day(registration.registered_at, zone)


def _last_of(year: int, zone: str) -> date:
    return min(date(year, 12, 31), _today(zone))


def _today(zone: str) -> date:
    return local_day(timezone.now(), zone)
