"""The collection in figures, on a screen and as CSV, for sellers and manufacturers."""

import csv
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.report import Report, Row, report
from tonerloop.common.actor import Actor
from tonerloop.web.shared.templatetags import formats

DAYS = 365


def shown(request: HttpRequest, actor: Actor, *, zone: str, by_seller: bool) -> HttpResponse:
    """The last year of the actor's organisation."""
    since = timezone.now() - timedelta(days=DAYS)
    maker = actor.manufacturer_id
    seller = None if maker else actor.seller_id
    found = report(since=since, zone=zone, seller_id=seller, manufacturer_id=maker)
    if request.GET.get("as") == "csv":
        return _csv(found)
    tables = [(_("By month"), found.months), (_("By model"), found.models)]
    if by_seller:
        tables.append((_("By seller"), found.sellers))
    context = {
        "total": found.total,
        "kilograms": found.total.weight_g // 1000,
        "bars": [_bar(row) for row in found.months],
        "tables": tables,
        "first_day": since.date(),
    }
    return render(request, "shared/collection/report.html", context)


def _bar(row: Row) -> dict[str, Any]:
    text = _("%(collected)s of %(delivered)s") % {
        "collected": formats.decimal(row.collected),
        "delivered": formats.decimal(row.delivered),
    }
    return {"label": row.label, "value": row.collected, "text": text}


def _csv(found: Report) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="collection.csv"'
    answer.write("\ufeff")  # so that spreadsheets read it as UTF-8
    out = csv.writer(answer)
    out.writerow(["kind", "of", "collected", "delivered", "weight_g"])
    for kind, rows in (("month", found.months), ("model", found.models), ("seller", found.sellers)):
        for row in rows:
            out.writerow([kind, _plain(row.label), row.collected, row.delivered, row.weight_g])
    return answer


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
