"""The figures of a customer's yearly statement, by the rows of `movements` (COL-2, COL-9)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from tonerloop.catalogue.models import Consumable, Kind
from tonerloop.collection.carbon import carbon_on
from tonerloop.collection.models import Count, Registration
from tonerloop.collection.movements import movements
from tonerloop.collection.printing.figures import ModelRow, MonthRow, Party, Statement
from tonerloop.collection.states import Condition
from tonerloop.common.days import local_day
from tonerloop.common.reading import reading
from tonerloop.parties.models import Collector, Customer, Organisation

_MONTHS = f"""
WITH {movements(of="r.customer_id = %(customer)s")}
SELECT date_trunc('month', at AT TIME ZONE %(zone)s)::date, sum(delivered), sum(collected)
FROM movement GROUP BY 1
"""  # noqa: S608 - no input in it


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
        months=tuple(_months(customer_id, zone, first, last)),
        models=tuple(_models(counts)),
        made_on=_today(zone),
        carbon=carbon_on(last),
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


def _months(customer_id: int, zone: str, first: date, last: date) -> Iterator[MonthRow]:
    """Each month's pieces, also of a month without any."""
    with reading().cursor() as cursor:
        cursor.execute(_MONTHS, {"customer": customer_id, "zone": zone})
        found = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    for month in range(first.month, last.month + 1):
        day = date(first.year, month, 1)
        delivered, collected = found.get(day, (0, 0))
        yield MonthRow(first_day=day, delivered=delivered, collected=collected)


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
