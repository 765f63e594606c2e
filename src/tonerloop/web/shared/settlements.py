"""The settlement of manufacturers' points: a screen, a CSV and a PDF, for both who settle."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor
from tonerloop.common.days import local_day
from tonerloop.common.references import grouped
from tonerloop.journal.looking import looked
from tonerloop.orders.settlement import Settlement, first_use, settlements
from tonerloop.points.actions import issuer_of
from tonerloop.web.shared.tables import csv_answer

MOST_MONTHS = 60


def shown(request: HttpRequest, actor: Actor, portal: str) -> HttpResponse:
    """The settlements of a month; `of` narrows them to one partner and currency."""
    today = local_day(timezone.now(), issuer_of(actor).time_zone)
    months = _months(actor, today)
    month = next((m for m in months if f"{m:%Y-%m}" == request.GET.get("month")), months[0])
    found, of_seller = settlements(month, by=actor), portal == "seller"
    wanted = request.GET.get("of")
    marks = {_of(one, of_seller=of_seller): one for one in found}
    marks = {mark: one for mark, one in marks.items() if wanted in (None, mark)}
    chosen = list(marks.values())
    name = f"settlement-{month:%Y-%m}"
    if request.GET.get("as") == "csv":
        looked("settlement", by=actor)
        return csv_answer(f"{name}.csv", _table(chosen, of_seller=of_seller))
    if request.GET.get("as") == "pdf" and chosen:
        return _pdf(name, chosen, of_seller=of_seller)
    context: dict[str, Any] = {
        "rows": [{"one": one, "of": mark} for mark, one in marks.items()],
        "month": month,
        "months": months,
        "of_seller": of_seller,
        "to_points": f"{portal}:points",
    }
    return render(request, "shared/points/settlements.html", context)


def _months(actor: Actor, today: date) -> list[date]:
    """The months that can be chosen, this one first."""
    used, month = first_use(by=actor), today.replace(day=1)
    first = used.date().replace(day=1) if used else month
    months = [month]
    while (month := _before(month)) >= _before(first) and len(months) < MOST_MONTHS:
        months.append(month)
    return months


def _before(month: date) -> date:
    year, rest = divmod(month.year * 12 + month.month - 2, 12)
    return date(year, rest + 1, 1)


def _of(one: Settlement, *, of_seller: bool) -> str:
    partner = one.manufacturer if of_seller else one.seller
    return f"{partner.pk}-{one.currency}"


def _pdf(name: str, chosen: list[Settlement], *, of_seller: bool) -> HttpResponse:
    from tonerloop.collection.printing.settlement import (
        settlement_pdf,  # late: it brings 20 MB that few processes need
    )

    pdf = settlement_pdf(chosen, of_seller=of_seller)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def _table(chosen: list[Settlement], *, of_seller: bool) -> Iterator[list[Any]]:
    """One row a use, or what came back; the customer only for its seller."""
    heading = ["month", "manufacturer", "seller", "day", "order", "points", "worth", "currency"]
    yield [*heading, *(["customer"] if of_seller else [])]
    for one in chosen:
        parties = [f"{one.month:%Y-%m}", one.manufacturer.name, one.seller.name]
        for use in one.uses:
            hidden = _("an order that is not shown to you")
            number = grouped(use.order.number) if use.order else hidden
            row = [
                *parties,
                use.day.isoformat(),
                number,
                use.points,
                f"{use.worth.normalize():f}",
                one.currency,
            ]
            customer = [use.order.customer.name if use.order else ""]
            yield [*row, *(customer if of_seller else [])]
