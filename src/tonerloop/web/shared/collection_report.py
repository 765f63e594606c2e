"""The collection in figures, on a screen and as CSV, for sellers, manufacturers and collectors."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.carbon import carbon_on
from tonerloop.collection.printing.definitions import carbon_source, carbon_words
from tonerloop.collection.printing.figures import Carbon
from tonerloop.collection.report import Report, Row, Scope, report
from tonerloop.common.days import local_day
from tonerloop.points.rules import add_months
from tonerloop.web.shared.tables import csv_answer

YEARS = 6  # how far back a whole year can be chosen
ROLLING = "12"


@dataclass(frozen=True)
class Table:
    """One way to cut the figures; `word` names it in the CSV."""

    name: str
    word: str
    rows: list[Row]


def shown(request: HttpRequest, *, kind: str, of: int, zone: str) -> HttpResponse:
    """The figures of an organisation over a year or twelve months, narrowed as was asked."""
    today = local_day(timezone.now(), zone)
    period, first, after = _period(request.GET.get("period", ""), today)
    whole = Scope(kind=kind, id=of, zone=zone, first=first, after=after)
    every = report(whole)
    chosen = _chosen(request, every)
    found = report(replace(whole, **chosen)) if any(chosen.values()) else every
    last = min(after - timedelta(days=1), today)
    carbon, tables = carbon_on(last), _tables(found, kind)
    if request.GET.get("as") == "csv":
        return _csv(tables, first, last, carbon)
    context = {
        "total": found.total,
        "months": found.months,
        "tables": [{"name": t.name, "rows": [_line(r, carbon) for r in t.rows]} for t in tables],
        "sum": _line(found.total, carbon),
        "first_day": first,
        "last_day": last,
        "periods": [(ROLLING, _("Last 12 months")), *_years(today)],
        "period": period,
        "choices": _choices(every, chosen, kind),
        "carbon": f"{carbon_words(carbon, found.total.reused)} {carbon_source(carbon)}",
    }
    return render(request, "shared/collection/report.html", context)


def _period(asked: str, today: date) -> tuple[str, date, date]:
    """What was asked for as first day and first day after; anything else is twelve months."""
    if asked in dict(_years(today)):
        return asked, date(int(asked), 1, 1), date(int(asked) + 1, 1, 1)
    after = add_months(today.replace(day=1), 1)
    return ROLLING, add_months(after, -12), after


def _years(today: date) -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in range(today.year, today.year - YEARS, -1)]


def _chosen(request: HttpRequest, every: Report) -> dict[str, Any]:
    """What was chosen of what there is; anything else chooses nothing."""

    def of(name: str, rows: list[Row]) -> str | None:
        asked = request.GET.get(name, "")
        return asked if asked and asked in {row.key for row in rows} else None

    model = of("model", every.models)
    return {
        "model": int(model) if model else None,
        "region": of("region", every.regions),
        "seller": of("seller", every.sellers),
    }


def _choices(every: Report, chosen: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    names = [("model", _("Model"), every.models), ("region", _("Region"), every.regions)]
    if kind != "seller":
        names.append(("seller", _("Seller"), every.sellers))
    return [
        {"name": name, "label": label, "rows": rows, "now": str(chosen[name] or "")}
        for name, label, rows in names
    ]


def _tables(found: Report, kind: str) -> list[Table]:
    tables = [
        Table(_("By month"), _("month"), found.months),
        Table(_("By model"), _("model"), found.models),
        Table(_("By region"), _("region"), found.regions),
    ]
    return (
        tables if kind == "seller" else [*tables, Table(_("By seller"), _("seller"), found.sellers)]
    )


def _line(row: Row, carbon: Carbon) -> dict[str, Any]:
    return {"row": row, "kg": Decimal(row.weight_g) / 1000, "co2": carbon.factor * row.reused}


def _csv(tables: list[Table], first: date, last: date, carbon: Carbon) -> HttpResponse:
    return csv_answer(f"collection-{first}-{last}.csv", _cells(tables, first, last, carbon))


def _cells(tables: list[Table], first: date, last: date, carbon: Carbon) -> Iterator[list[Any]]:
    """The rows of all tables one below the other, each with its time and its factor."""
    yield [
        *(
            _("kind"),
            _("name"),
            _("first day"),
            _("last day"),
            _("collected"),
            _("delivered"),
        ),
        *(_("rate in percent"), _("kept from waste, kg"), _("reusable toners")),
        *(_("CO₂e, kg"), _("factor"), _("lowest"), _("highest"), _("source"), _("year")),
    ]
    source = carbon.source or _("operator’s default")
    factor = [carbon.factor, carbon.low, carbon.high, source, carbon.year]
    for table in tables:
        for row in table.rows:
            line = _line(row, carbon)
            figures = [row.collected, row.delivered, row.percent, line["kg"], row.reused]
            yield [table.word, row.label, first, last, *figures, line["co2"], *factor]
