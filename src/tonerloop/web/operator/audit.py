"""Everybody's audit, for the operator: by pages, narrowed, and all of it as a file."""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tonerloop.common.wall import OPEN, behind
from tonerloop.journal.looking import Wanted, pages_of_all, place_of, whole_audit
from tonerloop.orders.models import Order
from tonerloop.web.operator.people import operator
from tonerloop.web.shared.audit import SHOWN, cells, heading, people_of
from tonerloop.web.shared.audit_form import DIGITS, AuditForm, mark_of
from tonerloop.web.shared.audit_rows import AT_ONCE, Row, rows_of
from tonerloop.web.shared.audit_subjects import NOUNS
from tonerloop.web.shared.tables import CSV, csv_text


class WholeAuditForm(AuditForm):
    """With what was changed or looked at, by its kind and number, too."""

    what = forms.ChoiceField(label=gettext_lazy("With"), required=False)
    number = forms.CharField(label=gettext_lazy("Number"), required=False, max_length=20)

    def __init__(self, asked: Any) -> None:
        super().__init__(asked)
        kinds: Any = self.fields["what"]
        nouns = [(kind, noun) for kind, noun in NOUNS.items() if kind != "approval_rule"]
        kinds.choices = [("", _("Everything")), *nouns]

    def clean_number(self) -> str:
        """Digits, however grouped."""
        typed = "".join(self.cleaned_data["number"].replace("-", "").split())
        if typed and not (typed.isascii() and typed.isdigit()):
            raise forms.ValidationError(_("Type a number of digits."))
        return typed[:DIGITS]

    def subject(self) -> tuple[str, int | None]:
        """The kind, and whose number it is: an order's own is the one that people say."""
        kind, number = self.cleaned_data["what"], self.cleaned_data["number"]
        if kind == "order" and number:
            return kind, Order.objects.filter(number=number).values_list(
                "pk", flat=True
            ).first() or 0
        return kind, int(number) if number else None


@require_safe
def whole(request: HttpRequest) -> HttpResponseBase:
    """A page of everybody's audit, or all that is asked for as a file, however much it is."""
    operator(request)
    form, kind = WholeAuditForm(request.GET), request.GET.get("as", "")
    if not form.is_valid():
        return _page(request, form, [], status=422)
    wanted = form.wanted(people_of(form, None), subject=form.subject())
    if kind in ("csv", "json"):
        return _file(wanted, kind)
    return _page(request, form, whole_audit(wanted, most=SHOWN + 1))


def _page(
    request: HttpRequest, form: AuditForm, found: list[Any], status: int = 200
) -> HttpResponse:
    shown = found[:SHOWN]
    context = {
        **admin.site.each_context(request),
        "title": _("Audit"),
        "form": form,
        "rows": list(rows_of(shown, None)),
        "older": mark_of(place_of(shown[-1])) if len(found) > SHOWN else "",
        "later_page": form.place is not None,
    }
    return render(request, "operator/audit.html", context, status=status)


def _file(wanted: Wanted, kind: str) -> StreamingHttpResponse:
    said = _csv(wanted) if kind == "csv" else _json(wanted)
    types = {"csv": CSV, "json": "application/json"}
    answer = StreamingHttpResponse(said, content_type=types[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="audit.{kind}"'
    return answer


def _csv(wanted: Wanted) -> Iterator[str]:
    yield csv_text([heading()], first=True)
    for rows in _all(wanted):
        yield csv_text(map(cells, rows), first=False)


def _json(wanted: Wanted) -> Iterator[str]:
    between = '{"audit": ['
    for rows in _all(wanted):
        for row in rows:
            yield between + json.dumps(row.as_told())
            between = ",\n"
    yield "]}" if between == ",\n" else between + "]}"


def _all(wanted: Wanted) -> Iterator[list[Row]]:
    """Rows in words, a page at a time: what is sent long after the request is still the operator's.

    Wall and language belong to the request, which has ended once this is read; so each page is
    read under both anew, and nothing is yielded meanwhile.
    """
    language, pages = get_language(), pages_of_all(wanted, rows=AT_ONCE)
    while True:
        with behind(OPEN), override(language):
            rows = list(rows_of(next(pages, []), None))
        if not rows:
            return
        yield rows


audit_view = admin.site.admin_view(whole)
