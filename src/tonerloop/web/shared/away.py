"""The last answer to an error: our mistake, or the database is away and the same can come again."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

from tonerloop.common.away import RETRY_AFTER, is_away, let_go

UNKEPT = ("password", "code")  # never written into a page


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Django calls this for what nobody caught, while it handles the exception."""
    if not is_away(sys.exc_info()[1]):
        return server_error(request)
    let_go()
    context = {"again": request.method == "GET", "fields": _sent(request), "wait": RETRY_AFTER}
    answer = render(None, "503.html", {**context, "here": request.get_full_path()}, status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, to be sent again: the form's own token and one-time key with it.

    Nothing is done twice by that: a verb that makes something knows its key.
    """
    lists = list(request.POST.lists()) if request.method == "POST" else []
    secret = any(word in name for name, _ in lists for word in UNKEPT)
    if secret or request.FILES:
        return []
    return [(name, str(value)) for name, values in lists for value in values]
