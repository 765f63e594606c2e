"""The audit: who saw and changed what among prices, points, keys and roles; a page and a file."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tonerloop.common.actor import Actor, Side
from tonerloop.journal.audited import ABOUT
from tonerloop.journal.looking import ADMINISTRATORS, Wanted, audit, looked
from tonerloop.journal.models import Entry, Look
from tonerloop.parties.models import Person
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.tables import csv_answer

SHOWN = 200  # on the page; the file holds all
HEADING = ("at", "person_id", "person", "role", "key", "deed", "subject", "subject_id", "data")
Row = dict[str, Any]


class AuditForm(forms.Form):
    """What of it: about what, by whom, from when until when (both days included)."""

    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    person = forms.IntegerField(
        label=gettext_lazy("Person, by number"), required=False, min_value=1
    )
    first = forms.DateField(
        label=gettext_lazy("First day"), required=False, widget=forms.DateInput({"type": "date"})
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["about"]
        about.choices = [("", _("Everything")), *[(k, v[0]) for k, v in ABOUT.items()]]

    def wanted(self) -> Wanted:
        """What is asked for; what was typed wrongly narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        last = given.get("last")
        return Wanted(
            about=given.get("about") or "",
            person_id=given.get("person"),
            since=_midnight(given.get("first")),
            until=_midnight(last + timedelta(days=1) if last else None),
        )


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


@portal(*ADMINISTRATORS)
@require_safe
def audit_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The organisation's own, for whoever administers it."""
    form = AuditForm(request.GET)
    wanted = form.wanted()
    if (kind := request.GET.get("as", "")) in ("csv", "json"):
        looked("audit", by=actor)
        return as_file(_readable(audit(wanted, by=actor), actor), kind)
    rows = rows_of(islice(audit(replace(wanted, most=SHOWN), by=actor), SHOWN))
    return render(request, "shared/audit.html", {"form": form, "rows": rows, "most": SHOWN})


def _readable(found: Iterable[Entry | Look], reader: Actor) -> Iterable[Entry | Look]:
    """What others said along with it is not the manufacturer's, as on its timeline: the note."""
    for one in found:
        theirs = isinstance(one, Entry) and one.role != reader.role
        if theirs and reader.side == Side.MANUFACTURER:
            one.data = {}  # type: ignore[union-attr]
        yield one


def as_file(found: Iterable[Entry | Look], kind: str) -> HttpResponse:
    """The audit as CSV or JSON."""
    rows = rows_of(found)
    if kind == "csv":
        lines: list[Sequence[Any]] = [[str(row[name]) for name in HEADING] for row in rows]
        return csv_answer("audit.csv", [HEADING, *lines])
    answer = JsonResponse({"audit": rows})
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.json"'
    return answer


def rows_of(found: Iterable[Entry | Look]) -> list[Row]:
    """Rows of looks and changes with the names of whoever is still known."""
    listed = list(found)
    ids = {row.person_id for row in listed if row.person_id}
    names = dict(Person.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [_row(one, names) for one in listed]


def _row(one: Entry | Look, names: dict[int, str]) -> Row:
    changed = isinstance(one, Entry)
    deed = str(one.data.get("action") or one.event) if isinstance(one, Entry) else "seen"
    return {
        "at": one.at.isoformat(timespec="seconds"),
        "when": one.at,
        "person_id": one.person_id,
        "person": names.get(one.person_id or 0, ""),
        "role": one.role,
        "key": one.key,
        "deed": deed,
        "subject": one.subject_kind,
        "subject_id": one.subject_id,
        "data": one.data if isinstance(one, Entry) else {},
        "changed": changed,
    }
