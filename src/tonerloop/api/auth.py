"""A program's key lets it in; whatever a manufacturer's sends is kept before it is read."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja.security import HttpBearer

from tonerloop.common.actor import Actor, Role
from tonerloop.common.wall import behind, through, wall_of
from tonerloop.manufacturers.actions import receive, settle
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.programs.keys import key_of, program
from tonerloop.programs.limits import Allowance, count_failure, of_key
from tonerloop.programs.models import ApiKey, Call

Say = Callable[[HttpRequest, Any], JsonResponse]
READING = ("GET", "HEAD", "OPTIONS")


class TooMany(Exception):
    """More calls than are allowed in a minute; nothing was done."""


class ProgramKey(HttpBearer):
    """`Authorization: Bearer <key>`; the actor acts in the key's role for its organisation."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        actor: Actor | None = super().__call__(request)
        if actor is None:
            _allow(request, count_failure(address_of(request)))
        return actor

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        with through():  # whose key it is, is what it tells
            key = key_of(token)
        if key is None:
            return None
        _allow(request, of_key(key.calls_now))
        request.api_key = key  # type: ignore[attr-defined]
        if key.role == Role.ORDER_DESK and request.method not in READING:
            with behind(wall_of(program(key))):
                _keep(request, key)
        return program(key)


def _allow(request: HttpRequest, allowance: Allowance) -> None:
    request.allowance = allowance  # type: ignore[attr-defined]
    if allowance.exceeded:
        raise TooMany


def address_of(request: HttpRequest) -> str:
    """Whence the call comes: behind proxies of ours, what the first of them saw."""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if settings.PROXIES and len(seen) >= settings.PROXIES:
        return seen[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))


def _keep(request: HttpRequest, key: ApiKey) -> None:
    """Keep the body before it is read; of one that is too large, that it came."""
    try:
        body = request.body
    except RequestDataTooBig:
        request.inbound = receive(key, request.path, b"")  # type: ignore[attr-defined]
        raise
    request.inbound = receive(key, request.path, body)  # type: ignore[attr-defined]


def caller(request: HttpRequest) -> Actor:
    """Who calls; set by the key's check, without which no endpoint is reached."""
    actor = request.auth  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def key_used(request: HttpRequest) -> ApiKey:
    """The key with which the program came."""
    key = request.api_key  # type: ignore[attr-defined]
    assert isinstance(key, ApiKey)
    return key


def settled(say: Say) -> Say:
    """Say what was wrong, and note it for the program's owner."""

    def handler(request: HttpRequest, error: Any) -> JsonResponse:
        answer = say(request, error)
        unread = type(error).__name__ in ("Unreadable", "ValidationError")
        request.went_wrong = "unreadable" if unread else "refused"  # type: ignore[attr-defined]
        request.words = str(error)[:500]  # type: ignore[attr-defined]
        return answer

    return handler


def noted(request: HttpRequest, answer: HttpResponse) -> None:
    """Note what became of a change that a program asked for."""
    key: ApiKey | None = getattr(request, "api_key", None)
    if key is None or request.method in READING or getattr(request, "noted", False):
        return
    request.noted = True  # type: ignore[attr-defined]
    with behind(wall_of(program(key))):
        note(request, key, answer.status_code)


def note(request: HttpRequest, key: ApiKey, status: int) -> None:
    """Note what becomes of a change, in the caller's transaction where there is one."""
    words = getattr(request, "words", "")
    if hasattr(request, "inbound"):
        if status >= 500:
            return  # it stays as received: ours to look at, and to be sent again
        outcome = getattr(request, "went_wrong", "applied")
        number = request.resolver_match.kwargs.get("number", "") if request.resolver_match else ""
        settle(_inbound(request), outcome, number=str(number), error=words)
    elif key.role != Role.ORDER_DESK:
        Call.objects.create(
            key=key,
            at=timezone.now(),
            method=str(request.method)[:10],
            path=request.path.replace("\0", "")[:200],
            status=status,
            detail=words.replace("\0", ""),
        )


def _inbound(request: HttpRequest) -> InboundMessage:
    inbound = request.inbound  # type: ignore[attr-defined]
    assert isinstance(inbound, InboundMessage)
    return inbound
