"""Pasted part numbers: first what each line is understood as, then into the order."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.errors import Refused
from tonerloop.orders.paste_preview import Row, preview, put_in
from tonerloop.orders.pasting import MOST_LINES
from tonerloop.web.customer.filled import tell
from tonerloop.web.shared.portal import portal

LONGEST = 40_000  # characters: as many lines as are taken, each as long as is read


@portal(Role.BUYER)
@require_http_methods(["GET", "HEAD", "POST"])
def paste(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The text, its preview, and with `confirm` the way of what was shown into the order."""
    if request.method != "POST":
        return _show(request)
    try:
        rows = _understood(request, actor)
    except Refused as refusal:
        return _show(request, problem=refusal.message)
    # What was changed since the preview is shown first, whichever button was pressed.
    if "confirm" not in request.POST or request.POST.get("seen") != _mark(request):
        return _show(request, rows, changed="confirm" in request.POST)
    try:
        filled = put_in(rows, by=actor)
    except Refused as refusal:
        return _show(request, rows, problem=refusal.message)
    tell(request, filled, also_left=_left(rows))
    return redirect("customer:order")


def _text(request: HttpRequest) -> str:
    return str(request.POST.get("text", ""))


def _mark(request: HttpRequest) -> str:
    return hashlib.sha256(_text(request).replace("\r\n", "\n").encode()).hexdigest()


def _understood(request: HttpRequest, actor: Actor) -> list[Row]:
    if len(_text(request)) > LONGEST:
        words = _("This is too much text. Paste up to %(most)d lines at a time.")
        raise Refused("text", words % {"most": MOST_LINES})
    chosen = {name[3:]: str(request.POST[name]) for name in request.POST if name.startswith("to-")}
    return preview(
        _text(request), by=actor, chosen=chosen, meant=set(request.POST.getlist("meant"))
    )


def _left(rows: list[Row]) -> list[str]:
    """Why each row that is no misfit was left out; of misfits the filling itself tells."""
    words = _("%(text)s is left out: %(why)s")
    return [
        words % {"text": " + ".join(row.texts), "why": row.message}
        for row in rows
        if row.problem and row.problem != "misfit"
    ]


def _show(
    request: HttpRequest, rows: list[Row] | None = None, *, problem: str = "", changed: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {
        "text": _text(request),
        "rows": rows,
        "ready": sum(row.ready for row in rows or []),
        "seen": _mark(request),
        "problem": problem,
        "changed": changed,
        "most": MOST_LINES,
    }
    return render(request, "customer/paste.html", context, status=422 if problem else 200)
