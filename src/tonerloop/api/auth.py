"""A program's key lets it in; whatever it sends is kept before anything is made of it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from ninja.security import HttpBearer

from tonerloop.common.actor import Actor
from tonerloop.manufacturers.actions import receive, settle
from tonerloop.manufacturers.keys import key_of, program
from tonerloop.manufacturers.models import ApiKey, InboundMessage

Say = Callable[[HttpRequest, Any], JsonResponse]


class ProgramKey(HttpBearer):
    """`Authorization: Bearer <key>`; the actor is the order desk of the key's manufacturer."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        key = key_of(token)
        if key is None:
            return None
        if request.method != "GET":
            _keep(request, key)
        return program(key)


def _keep(request: HttpRequest, key: ApiKey) -> None:
    """Keep the body before it is read; of one that is too large, that it came."""
    try:
        body = request.body
    except RequestDataTooBig:
        request.inbound = receive(key, request.path, b"")  # type: ignore[attr-defined]
        raise
    request.inbound = receive(key, request.path, body)  # type: ignore[attr-defined]


def actor_of_program(request: HttpRequest) -> Actor:
    """Who calls; set by the key's check, without which no endpoint is reached."""
    actor = request.auth  # type: ignore[attr-defined]
    assert isinstance(actor, Actor)
    return actor


def applied(request: HttpRequest, number: str) -> None:
    """Note that what came was carried out."""
    settle(_inbound(request), "applied", number=number)


def settled(say: Say) -> Say:
    """Note on the kept message what was wrong with it, then say so."""

    def handler(request: HttpRequest, error: Any) -> JsonResponse:
        answer = say(request, error)
        if hasattr(request, "inbound"):
            unread = type(error).__name__ == "Unreadable"
            number = (
                request.resolver_match.kwargs.get("number", "") if request.resolver_match else ""
            )
            outcome = "unreadable" if unread else "refused"
            settle(_inbound(request), outcome, number=str(number), error=str(error))
        return answer

    return handler


def _inbound(request: HttpRequest) -> InboundMessage:
    inbound = request.inbound  # type: ignore[attr-defined]
    assert isinstance(inbound, InboundMessage)
    return inbound
