"""The audit: who saw and changed what among prices, points, keys and roles; a page and a file."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tonerloop.common.actor import Actor
from tonerloop.journal.looking import (
    ADMINISTRATORS,
    Wanted,
    audit,
    looked,
    occurring,
    place_of,
)
from tonerloop.journal.models import Entry, Look
from tonerloop.parties.models import ORGANISATION_OF_ROLE, Membership
from tonerloop.web.shared.audit_form import AuditForm, mark_of
from tonerloop.web.shared.audit_rows import Row, rows_of
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.tables import csv_answer
from tonerloop.web.shared.templatetags import formats

SHOWN = 50  # rows of a page
MOST = 20_000  # rows of a file
OFFERED = 200  # names to choose from
Find = Callable[..., list[Entry | Look]]


@portal(*ADMINISTRATORS)
@require_safe
def audit_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The organisation's own, for whoever administers it: a page, or all of it as a file."""
    form, kind = AuditForm(request.GET), request.GET.get("as", "")
    if not form.is_valid():
        return _page(request, actor, form, [], status=422)
    wanted = form.wanted(people_of(form, actor))
    if kind in ("csv", "json"):
        found = audit(_all_of(wanted), by=actor, most=MOST + 1)
        if len(found) <= MOST:
            looked("audit", by=actor)
            return as_file(rows_of(found, actor), kind)
        words = _("One file takes %(most)s rows, and these are more. Choose fewer days.")
        form.add_error("first", words % {"most": formats.decimal(MOST)})
        return _page(request, actor, form, [], status=422)
    return _page(request, actor, form, audit(wanted, by=actor, most=SHOWN + 1))


def people_of(form: AuditForm, actor: Actor | None) -> tuple[int, ...] | None:
    """Whom the form means, of the actor's organisation or, for the operator, of everybody."""
    if not form.cleaned_data["person"]:
        return None
    return form.people(occurring(form.wanted(), by=actor))


def _all_of(wanted: Wanted) -> Wanted:
    """The same from its newest row on, whichever page was looked at."""
    return Wanted(kind=wanted.kind, people=wanted.people, since=wanted.since, until=wanted.until)


def _page(
    request: HttpRequest,
    actor: Actor,
    form: AuditForm,
    found: Sequence[Entry | Look],
    *,
    status: int = 200,
) -> HttpResponse:
    shown = found[:SHOWN]
    context = {
        "form": form,
        "rows": list(rows_of(shown, actor)),
        "older": mark_of(place_of(shown[-1])) if len(found) > SHOWN else "",
        "later_page": form.place is not None,
        "people": _colleagues(actor),
    }
    return render(request, "shared/audit.html", context, status=status)


def _colleagues(actor: Actor) -> list[str]:
    """Names to choose from; whoever else occurs is found by typing."""
    kind = ORGANISATION_OF_ROLE[actor.role]
    own = Membership.objects.filter(**{f"{kind}_id": getattr(actor, f"{kind}_id")})
    names = own.order_by("person__name").values_list("person__name", flat=True)
    return list(names.distinct()[:OFFERED])


def as_file(rows: Iterable[Row], kind: str) -> HttpResponse:
    """The audit as CSV or JSON."""
    if kind == "csv":
        return csv_answer("audit.csv", [heading(), *map(cells, rows)])
    answer = JsonResponse({"audit": [row.as_told() for row in rows]})
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.json"'
    return answer


def heading() -> list[str]:
    """The first row of a table of the audit."""
    return [
        *(_("When"), _("Who"), _("In whose name"), _("Person’s number"), _("Role")),
        *(_("Did"), _("With"), _("Number"), _("Name"), _("What changed")),
    ]


def cells(row: Row) -> list[Any]:
    """A row of a table of the audit."""
    return [
        *(row.at.isoformat(timespec="seconds"), row.who, row.behind, row.person_id, row.role),
        *(row.did, row.noun, row.number, row.name, " · ".join(row.changes)),
    ]
