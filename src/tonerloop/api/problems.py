"""Errors as problem documents (RFC 9457), the same shape for every endpoint."""

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tonerloop.api.auth import settled
from tonerloop.common.actor import NotAllowed
from tonerloop.manufacturers.protocols.json_v1 import Unreadable
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.states import IllegalMove


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(Schema):
    """A problem document; `type` is stable, `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    order_status: str = ""
    errors: list[FieldProblem] = []


def problem(
    kind: str,
    status: int,
    detail: str,
    *,
    order_status: str = "",
    errors: Sequence[tuple[str, str]] = (),
) -> JsonResponse:
    """An answer with a problem document."""
    body: dict[str, Any] = {
        "type": f"urn:tonerloop:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "order_status": order_status,
        "errors": [{"field": field, "detail": words} for field, words in errors],
    }
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


KINDS = (
    IllegalMove,
    Stale,
    Refused,
    Unreadable,
    ValidationError,
    AuthenticationError,
    ObjectDoesNotExist,
    NotAllowed,
    HttpError,
    RequestDataTooBig,
)
View = Callable[..., HttpResponse]
log = logging.getLogger(__name__)


def install(api: NinjaAPI) -> None:
    """Let every refusal of the domain become a problem document, noted on what came."""
    for kind in KINDS:
        api.add_exception_handler(kind, settled(_problem_of))
    api.add_exception_handler(Exception, _failed)


def _failed(request: HttpRequest, error: Any) -> JsonResponse:
    """Our own mistake: the log says which, the answer only that it was ours."""
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    words = "Something went wrong on our side. Send the same again later."
    return problem("failed", 500, words)


def told(view: View) -> View:
    """The view, with a wrong method or address told as a problem too."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except Http404:
            return nothing_here(request)
        if not isinstance(answer, HttpResponseNotAllowed):
            return answer
        allowed = ", ".join(sorted(answer.headers["Allow"].split(", ")))
        refusal = problem("method", 405, f"This address takes {allowed} only.")
        refusal.headers["Allow"] = allowed
        return refusal

    return answered


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    """Any address that the API does not have."""
    return problem("not-found", 404, "There is no such address; see /api/v1/openapi.json.")


def _problem_of(request: HttpRequest, error: Exception) -> JsonResponse:
    match error:
        case IllegalMove() | Stale():
            words = f"The order is now “{error.status}”; nothing was changed."
            return problem("moved-on", 409, words, order_status=str(error.status))
        case Refused():
            told = [(error.field, error.message)]
            return problem("refused", 422, error.message, errors=told)
        case Unreadable():
            words = "The body is not what this endpoint takes; nothing was changed."
            return problem("unreadable", 422, words, errors=error.problems)
        case ValidationError():
            told = [(".".join(map(str, e["loc"][1:])), e["msg"]) for e in error.errors]
            return problem("unreadable", 422, "A parameter is not allowed here.", errors=told)
        case AuthenticationError():
            words = "Send your key as “Authorization: Bearer …”. This one is unknown or revoked."
            return problem("no-key", 401, words)
        case HttpError():
            return problem("request", error.status_code, str(error))
        case RequestDataTooBig():
            return problem("too-large", 413, "The body is too large; nothing was changed.")
        case NotAllowed():
            return problem("not-allowed", 403, "This key may not do that.")
        case _:
            return problem("not-found", 404, "There is no such order for this key.")
