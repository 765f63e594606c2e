"""The approval requests of a manufacturer, for its order software."""

from typing import Annotated, Any, Literal

from django.core import signing
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from tonerloop.api.auth import actor_of_program, applied
from tonerloop.api.problems import Problem
from tonerloop.common.actor import Actor
from tonerloop.manufacturers import actions
from tonerloop.manufacturers.protocols import json_v1
from tonerloop.manufacturers.protocols.json_v1 import AnswerIn, RequestOut, ShipmentIn
from tonerloop.manufacturers.reading import latest_request, message_of, requests_for
from tonerloop.orders.models import ApprovalRequest
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import mark_fetched

Limit = Annotated[int, Query(ge=1, le=100)]
router = Router(tags=["approval requests"])
PROBLEMS: dict[int, Any] = {401: Problem, 404: Problem}
CHANGE_PROBLEMS = {**PROBLEMS, 409: Problem, 422: Problem}


class Page(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[RequestOut]
    next: str


def takes(schema: type[Schema]) -> dict[str, Any]:
    """The body in the contract's words; it is kept raw first and read by the protocol."""
    content = {"application/json": {"schema": schema.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


@router.get("/approval-requests", response={200: Page, **PROBLEMS, 422: Problem})
def listed(
    request: HttpRequest,
    state: Literal["open", "closed", "all"] = "open",
    status: Status | None = None,
    after: str = "",
    limit: Limit = 50,
) -> Page:
    """Approval requests, oldest first. What is fetched here counts as seen.

    `state` is the request's, `status` the order's.
    """
    found = _in_state(requests_for(actor_of_program(request)), state).order_by("pk")
    if status:
        found = found.filter(order__status=status)
    if after:
        found = found.filter(pk__gt=_place(after))
    rows = list(found[: limit + 1])
    now = timezone.now()
    for row in rows[:limit]:
        _seen(row, now)
    more = rows[limit - 1].pk if len(rows) > limit else None
    return Page(
        items=[json_v1.request_out(message_of(row)) for row in rows[:limit]],
        next=signing.dumps(more, salt="after") if more else "",
    )


def _in_state(found: QuerySet[ApprovalRequest], state: str) -> QuerySet[ApprovalRequest]:
    return found if state == "all" else found.filter(closed_at__isnull=state == "open")


def _place(after: str) -> int:
    try:
        return int(signing.loads(after, salt="after"))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise HttpError(422, "`after` is not one that this list gave.") from error


def _seen(row: ApprovalRequest, now: Any) -> None:
    if row.fetched_at is None:
        mark_fetched(row.order_id, now)


@router.get("/approval-requests/{number}", response={200: RequestOut, **PROBLEMS})
def one(request: HttpRequest, number: str) -> RequestOut:
    """The newest approval request of one order, with how far the order has come."""
    row = latest_request(number, actor_of_program(request))
    _seen(row, timezone.now())
    return json_v1.request_out(message_of(row))


@router.post(
    "/approval-requests/{number}/answer",
    response={200: RequestOut, **CHANGE_PROBLEMS},
    openapi_extra=takes(AnswerIn),
)
def answer(request: HttpRequest, number: str) -> RequestOut:
    """Approve or cancel. The same answer twice is one answer; a different second one is refused.

    A promised day later than the one agreed with the customer waits for the buyer's yes.
    """
    actor = actor_of_program(request)
    _known(number, actor)
    given, version = json_v1.answer(request.body)
    actions.answer(number, given, by=actor, seen_version=version)
    return _done(request, number, actor)


@router.post(
    "/orders/{number}/shipments",
    response={200: RequestOut, **CHANGE_PROBLEMS},
    openapi_extra=takes(ShipmentIn),
)
def shipment(request: HttpRequest, number: str) -> RequestOut:
    """Report a shipment, complete or partial. The same delivery note twice is one shipment."""
    actor = actor_of_program(request)
    _known(number, actor)
    actions.dispatch(number, json_v1.dispatch(request.body), by=actor)
    return _done(request, number, actor)


@router.post("/orders/{number}/delivery", response={200: RequestOut, **CHANGE_PROBLEMS})
def delivery(request: HttpRequest, number: str) -> RequestOut:
    """Report that what was shipped has arrived."""
    actor = actor_of_program(request)
    _known(number, actor)
    actions.deliver(number, by=actor)
    return _done(request, number, actor)


def _known(number: str, actor: Actor) -> None:
    # A stranger learns that there is nothing, not that the body was wrong.
    latest_request(number, actor)


def _done(request: HttpRequest, number: str, actor: Actor) -> RequestOut:
    applied(request, number)
    return json_v1.request_out(message_of(latest_request(number, actor)))
