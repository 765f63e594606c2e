"""Pages that may be a little old: read from the replica, unless one has just changed something."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest, HttpResponse

from tonerloop.common import reading
from tonerloop.common.actor import Actor
from tonerloop.common.away import is_away

COOKIE = "tonerloop_changed"
FRESH = 10  # seconds in which whoever changed something reads the primary
REST = 10.0  # seconds for which a replica that was away is not asked again
SAFE = ("GET", "HEAD", "OPTIONS")

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]
_rests_until = 0.0


def may_be_old(view: View[P]) -> View[P]:
    """Let a page read from the replica; from the primary where that is away. Below `portal`."""

    @wraps(view)
    def read(request: HttpRequest, actor: Actor, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        global _rests_until
        if not _is_replica_meant(request):
            return view(request, actor, *args, **kwargs)
        try:
            with reading.may_be_old():
                return view(request, actor, *args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            if not is_away(error):
                raise
        connections[reading.REPLICA].close()
        _rests_until = time.monotonic() + REST
        return view(request, actor, *args, **kwargs)

    return cast(View[P], read)


def _is_replica_meant(request: HttpRequest) -> bool:
    known = reading.REPLICA in settings.DATABASES and request.method in SAFE
    return known and COOKIE not in request.COOKIES and time.monotonic() >= _rests_until


class JustChanged:
    """Marks the browser of whoever sends a change, so that they read what they wrote."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if reading.REPLICA not in settings.DATABASES:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in SAFE:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(COOKIE, "1", FRESH, secure=secure, httponly=True, samesite="Lax")
        return response
