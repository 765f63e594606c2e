"""From a log-in session to an actor: who this is, in which role, language and time zone."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tonerloop.common.actor import Actor
from tonerloop.parties.actor import Seat, seat_of
from tonerloop.parties.models import Person

SESSION_KEY = "membership"


class ActorMiddleware:
    """Speaks the person's language and time zone; the actor itself is looked up when asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without a session cookie there is nobody to look up, so no query either.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            assert isinstance(request.user, Person)
            translation.activate(request.user.language)
            timezone.activate(ZoneInfo(request.user.time_zone))
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def seat_for(request: HttpRequest) -> Seat | None:
    """The role in which this request is made; one query, once per request."""
    if not hasattr(request, "_seat"):
        found = None
        if request.user.is_authenticated and request.user.pk:
            found = seat_of(request.user.pk, request.session.get(SESSION_KEY))
        request._seat = found  # type: ignore[attr-defined]
    seat: Seat | None = request._seat  # type: ignore[attr-defined]
    return seat


def actor_for(request: HttpRequest) -> Actor | None:
    """The actor of this request, None for somebody without a role."""
    seat = seat_for(request)
    return seat.actor if seat else None
