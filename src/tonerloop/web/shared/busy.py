"""503: more come than can be served, or the database is away; nothing was changed, try again."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.defaults import server_error

RETRY_AFTER = "3"  # seconds
AWAY = (OperationalError, InterfaceError)


def busy_page(accepted: str) -> HttpResponse:
    """The page, in the first language of a browser's `Accept-Language` that we speak."""
    with translation.override(_language(accepted)):
        answer = HttpResponse(render_to_string("503.html"), status=503)
    answer.headers["Retry-After"] = RETRY_AFTER
    answer.headers["Cache-Control"] = "no-store"
    return answer


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler of what nobody caught: a database that is away comes back soon."""
    if isinstance(sys.exc_info()[1], AWAY):
        return busy_page(request.headers.get("Accept-Language", ""))
    return server_error(request)


def _language(accepted: str) -> str:
    for code, _quality in parse_accept_lang_header(accepted):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return translation.get_language() or "en"
