"""Errors as problem documents (RFC 9457), the same shape for every endpoint."""

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.core.exceptions import ValidationError as NotHolding
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tonerloop.api.auth import TooMany, settled
from tonerloop.api.words import Money, money
from tonerloop.collection.actions.common import Stale as StaleCollection
from tonerloop.collection.states import IllegalMove as IllegalCollectionMove
from tonerloop.common.actor import NotAllowed
from tonerloop.common.away import RETRY_AFTER, is_away, let_go
from tonerloop.common.schema import Schema
from tonerloop.manufacturers.protocols.json_v1 import Unreadable
from tonerloop.orders.actions import PricesChanged
from tonerloop.orders.errors import AnsweredOtherwise, Refused, Stale
from tonerloop.orders.models import LineAnswer
from tonerloop.orders.states import IllegalMove
from tonerloop.programs.answers import AnotherRequest, NoRequestKey


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str
    detail: str


class PriceNow(Schema):
    """What a line would cost now; null: on request."""

    line: int
    part_number: str
    quantity: int
    unit_price: Money | None


class Problem(Schema):
    """A problem document; `type` is stable, `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    order_status: str = ""
    errors: list[FieldProblem] = []
    prices: list[PriceNow] = []


class Unmet(Exception):
    """What `If-Match` names is not the state any more; nothing was changed."""


def problem(
    kind: str,
    status: int,
    detail: str,
    *,
    order_status: str = "",
    errors: Sequence[tuple[str, str]] = (),
    prices: Sequence[PriceNow] = (),
) -> JsonResponse:
    """An answer with a problem document."""
    body: dict[str, Any] = {
        "type": f"urn:tonerloop:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "order_status": order_status,
        "errors": [{"field": field, "detail": words} for field, words in errors],
        "prices": [price.model_dump(mode="json") for price in prices],
    }
    answer = JsonResponse(body, status=status, content_type="application/problem+json")
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


KINDS = (
    IllegalMove,
    Stale,
    IllegalCollectionMove,
    StaleCollection,
    Unmet,
    PricesChanged,
    Refused,
    NotHolding,
    Unreadable,
    ValidationError,
    AuthenticationError,
    AnotherRequest,
    TooMany,
    ObjectDoesNotExist,
    NotAllowed,
    HttpError,
    RequestDataTooBig,
)
log = logging.getLogger(__name__)


def install(api: NinjaAPI) -> None:
    """Let every refusal of the domain become a problem document, noted on what came."""
    for kind in KINDS:
        api.add_exception_handler(kind, settled(_problem_of))
    api.add_exception_handler(Exception, _failed)


def busy_problem() -> JsonResponse:
    """Too many at once: the same again a little later."""
    answer = problem("busy", 503, "Busy at the moment. Send the same again as `Retry-After` says.")
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _failed(request: HttpRequest, error: Any) -> JsonResponse:
    """Our own mistake: the log says which, the answer only that it was ours.

    Or the database is away for a moment: what was sent can be sent again as it is.
    """
    if is_away(error):
        let_go()
        answer = problem("away", 503, "The database is away for a moment. Send the same again.")
        answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    words = "Something went wrong on our side. Send the same again later."
    return problem("failed", 500, words)


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    """Any address that the API does not have."""
    return problem("not-found", 404, "There is no such address; see /api/v1/openapi.json.")


def _problem_of(request: HttpRequest, error: Exception) -> JsonResponse:
    match error:
        case Stale() | StaleCollection() | Unmet() if "If-Match" in request.headers:
            words = "It is not as `If-Match` says any more; nothing was changed. Fetch it again."
            status = str(getattr(error, "status", ""))
            return problem("precondition", 412, words, order_status=status)
        case IllegalMove() | Stale() | IllegalCollectionMove() | StaleCollection():
            words = f"This is now “{error.status}”; nothing was changed."
            if isinstance(error, AnsweredOtherwise):
                words = "These lines were answered otherwise before; nothing was changed."
            elif isinstance(error, IllegalMove | Stale):
                words = f"The order is now “{error.status}”; nothing was changed."
            told = _recorded(error) if isinstance(error, AnsweredOtherwise) else []
            return problem("moved-on", 409, words, order_status=str(error.status), errors=told)
        case PricesChanged():
            words = "Prices have changed; nothing was ordered. Send it again with these."
            return problem("prices-changed", 409, words, prices=_prices(error))
        case _:
            return _of_what_was_sent(error)


def _of_what_was_sent(error: Exception) -> JsonResponse:
    match error:
        case NoRequestKey():
            return problem("no-request-key", 400, error.message, errors=_one(error))
        case Refused():
            return problem("refused", 422, error.message, errors=_one(error))
        case NotHolding():
            told = _fields(error)
            return problem("refused", 422, told[0][1], errors=told)
        case AnotherRequest():
            words = "This `Idempotency-Key` was used for something else. Send a new one."
            return problem("key-reused", 422, words)
        case Unreadable():
            words = "The body is not what this endpoint takes; nothing was changed."
            return problem("unreadable", 422, words, errors=error.problems)
        case ValidationError():
            told = [(_place(one["loc"]), one["msg"]) for one in error.errors]
            words = "What was sent is not what this endpoint takes; nothing was changed."
            return problem("unreadable", 422, words, errors=told)
        case RequestDataTooBig():
            return problem("too-large", 413, "The body is too large; nothing was changed.")
        case _:
            return _of_who_sent_it(error)


def _of_who_sent_it(error: Exception) -> JsonResponse:
    match error:
        case AuthenticationError():
            words = "Send your key as “Authorization: Bearer …”."
            return problem("no-key", 401, words + " This one is unknown, ended or revoked.")
        case HttpError():
            return problem("request", error.status_code, str(error))
        case TooMany():
            return problem("too-many", 429, "Too many calls. Wait as `Retry-After` says.")
        case NotAllowed():
            words = "This key may not do that. Its scopes are on the page “Programs”."
            return problem("not-allowed", 403, words)
        case _:
            return problem("not-found", 404, "There is no such thing for this key.")


def _recorded(error: AnsweredOtherwise) -> list[tuple[str, str]]:
    """What was recorded of each line, in the words of an answer."""
    return [(f"position-{one.line.position}", _in_words(one)) for one in error.recorded]


def _in_words(one: LineAnswer) -> str:
    facts = {
        "promised_date": one.promised_date,
        "quantity": one.quantity,
        "substitute": one.substitute,
        "purchase_price": one.purchase_price,
        "reason": one.reason,
        "text": one.text,
    }
    parts = [f"{name} {value}" for name, value in facts.items() if value not in (None, "")]
    return ", ".join([f"recorded: {one.kind}", *parts])


def _one(error: Refused) -> list[tuple[str, str]]:
    return [(error.field or "body", error.message)]


def _fields(error: NotHolding) -> list[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        return [("body", words) for words in error.messages]
    found = error.message_dict.items()
    return [("body" if f == "__all__" else f, words) for f, said in found for words in said]


def _place(loc: tuple[Any, ...]) -> str:
    # ("body", "body", "lines", 0, …): where the value came from, then the parameter's name.
    parts = [str(part) for part in loc[1:]]
    named = parts[1:] if loc[0] == "body" else parts
    return ".".join(named) or "body"


def _prices(error: PricesChanged) -> list[PriceNow]:
    return [
        PriceNow(
            line=place,
            part_number=line.basket_line.consumable.part_number,
            quantity=line.basket_line.quantity,
            unit_price=money(line.unit_price, line.price.currency),
        )
        for place, line in enumerate(sorted(error.now.lines, key=lambda one: one.basket_line.pk))
    ]
