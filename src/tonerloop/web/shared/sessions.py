"""Where a person is logged in, each to be ended by itself."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

# What a browser calls itself, the telling word first: Edge also says Chrome, Chrome says Safari.
BROWSERS: tuple[tuple[str, str], ...] = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"))
BROWSERS += (("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))
SYSTEMS: tuple[tuple[str, str], ...] = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
)
SYSTEMS += (("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Where and since when; this one is marked."""
    assert request.user.pk
    rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda one: one.created_at, reverse=True)
    return render(request, "shared/sessions.html", {"rows": [_row(one) for one in rows]})


def _row(one: UserSession) -> dict[str, Any]:
    return {"session": one, "current": one.is_current(), "device": device_words(one.user_agent)}


@login_required
@require_POST
@reauthentication_required
def end(request: HttpRequest, session: int) -> HttpResponse:
    """Log out there; another's is not found."""
    _own(request).get(pk=session).end()
    messages.success(request, _("Logged out there."))
    return redirect("sessions")


@login_required
@require_POST
@reauthentication_required
def end_others(request: HttpRequest) -> HttpResponse:
    """Log out everywhere but here."""
    for one in _own(request).exclude(session_key=request.session.session_key):
        one.end()
    messages.success(request, _("Logged out everywhere else."))
    return redirect("sessions")


def _own(request: HttpRequest) -> QuerySet[Any]:
    found: QuerySet[Any] = UserSession.objects.filter(user_id=request.user.pk)
    return found


def device_words(agent: str) -> str:
    """What a person calls the browser: "Chrome, Windows"; "" if it says nothing that is known."""
    names = (BROWSERS, SYSTEMS)
    return ", ".join(
        next((word for sign, word in known if sign in agent), "") for known in names
    ).strip(", ")
