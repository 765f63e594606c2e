"""503: more come than can be served; nothing was changed, try again."""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from tonerloop.common.away import RETRY_AFTER


def busy_page(accepted: str) -> HttpResponse:
    """The page, in the first language of a browser's `Accept-Language` that we speak."""
    with translation.override(_language(accepted)):
        answer = HttpResponse(render_to_string("busy.html"), status=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _language(accepted: str) -> str:
    for code, _quality in parse_accept_lang_header(accepted):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return translation.get_language() or "en"
