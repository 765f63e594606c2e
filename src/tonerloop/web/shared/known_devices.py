"""Devices on which somebody logged in before: a cookie that says so, and opens nothing by itself.

Its only use is a count of failed log-ins of its own (`parties/tries.py`): an attacker elsewhere
cannot keep the owner out.
"""

from secrets import token_hex

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from tonerloop.parties.tries import account

COOKIE = "__Host-device" if settings.HTTPS else "tonerloop_device"
SALT = "tonerloop.device"
LASTS = 365 * 24 * 60 * 60  # seconds since the last log-in on it
MOST = 8  # accounts of one device; the oldest is forgotten


def known_device(request: HttpRequest, email: str) -> str:
    """The device's name, if this account was logged in to on it; else ""."""
    name, accounts = _read(request)
    return name if account(email) in accounts else ""


def remember_device(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Say from now on that this account was logged in to on this device."""
    name, accounts = _read(request)
    kept = [one for one in accounts if one != account(email)][-MOST + 1 :]
    value = signing.dumps([name or token_hex(10), [*kept, account(email)]], salt=SALT)
    response.set_cookie(
        COOKIE, value, max_age=LASTS, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        name, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return name, accounts
