"""Collected and delivered by month, model and seller, for a seller or a manufacturer (COL-9)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, F, IntegerField, QuerySet, Sum, When
from django.db.models.functions import TruncMonth

from tonerloop.collection.models import Count
from tonerloop.collection.states import Condition
from tonerloop.orders.models import Delivery, Return


@dataclass
class Row:
    """One month, model or seller."""

    label: str
    collected: int = 0
    delivered: int = 0
    weight_g: int = 0

    @property
    def percent(self) -> int | None:
        """Collected of delivered in whole percent; None before anything was delivered."""
        return 100 * self.collected // self.delivered if self.delivered else None


@dataclass
class Report:
    """What came back and what went out, since a day."""

    months: list[Row] = field(default_factory=list)
    models: list[Row] = field(default_factory=list)
    sellers: list[Row] = field(default_factory=list)

    @property
    def total(self) -> Row:
        """All of it."""
        whole = Row("")
        for row in self.months:
            whole.collected += row.collected
            whole.delivered += row.delivered
            whole.weight_g += row.weight_g
        return whole


def report(
    *, since: datetime, zone: str, seller_id: int | None = None, manufacturer_id: int | None = None
) -> Report:
    """One seller's customers, or one manufacturer's models whoever sold them.

    Counted as in `progress`: delivered is what arrived less what was returned in that time.
    """
    counts = Count.objects.filter(at__gte=since, consumable__collectable=True)
    counts = counts.exclude(condition=Condition.OTHER_MAKER)
    arrived = Delivery.objects.filter(at__gte=since, line__consumable__collectable=True)
    returned = Return.objects.filter(recorded_at__gte=since, line__consumable__collectable=True)
    if seller_id is not None:
        counts = counts.filter(seller_id=seller_id)
        returned = returned.filter(seller_id=seller_id)
        arrived = arrived.filter(line__order__seller_id=seller_id)
    if manufacturer_id is not None:
        counts = counts.filter(consumable__manufacturer_id=manufacturer_id)
        returned = returned.filter(line__consumable__manufacturer_id=manufacturer_id)
        arrived = arrived.filter(line__consumable__manufacturer_id=manufacturer_id)
    model, tz = "consumable__part_number", ZoneInfo(zone)
    month, of_return = TruncMonth("at", tzinfo=tz), TruncMonth("recorded_at", tzinfo=tz)
    item, sold = F(f"line__{model}"), F("line__order__seller__name")
    sources = (counts, arrived, returned)
    return Report(
        months=_rows(sources, (month, month, of_return), lambda day: f"{day:%Y-%m}"),
        models=_rows(sources, (F(model), item, item)),
        sellers=_rows(sources, (F("seller__name"), sold, sold)),
    )


Sources = tuple[QuerySet[Count], QuerySet[Delivery], QuerySet[Return]]


def _rows(sources: Sources, of: Sequence[Any], words: Callable[[Any], str] = str) -> list[Row]:
    counts, arrived, returned = sources
    weight = Case(
        When(consumable__weight_g=None, then=0),
        default=F("quantity") * F("consumable__weight_g"),
        output_field=IntegerField(),
    )
    found: dict[Any, Row] = {}
    back = counts.annotate(of=of[0]).values("of").annotate(n=Sum("quantity"), g=Sum(weight))
    for one in back.order_by("of"):
        row = found.setdefault(one["of"], Row(words(one["of"])))
        row.collected, row.weight_g = one["n"], one["g"]
    for key, count in _sums(arrived, of[1]):
        found.setdefault(key, Row(words(key))).delivered = count
    for key, count in _sums(returned, of[2]):
        found.setdefault(key, Row(words(key))).delivered -= count
    return [found[key] for key in sorted(found)]


def _sums(rows: QuerySet[Any], of: Any) -> list[tuple[Any, int]]:
    summed = rows.annotate(of=of).values("of").annotate(n=Sum("quantity")).order_by("of")
    return [(one["of"], one["n"]) for one in summed]
