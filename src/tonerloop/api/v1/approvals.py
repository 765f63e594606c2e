"""The approval requests of a manufacturer, for its order software."""

from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, reads, seen_version
from tonerloop.api.words import After, Limit, one_of, part
from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.schema import Schema
from tonerloop.manufacturers import actions
from tonerloop.manufacturers.messages import LineAnswers
from tonerloop.manufacturers.protocols import json_v1
from tonerloop.manufacturers.protocols.json_v1 import AnswerIn, RequestOut, ShipmentIn
from tonerloop.manufacturers.reading import latest_request, message_of, requests_for
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import mark_fetched

router = Router(tags=["Approval requests"])
DESK = Role.ORDER_DESK


class Page(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[RequestOut]
    next: str


@reads(router, "/approval-requests", Page, "orders:read", DESK)
def approval_requests(
    request: HttpRequest,
    state: Literal["open", "closed", "all"] = "open",
    status: Annotated[Status, one_of(Status)] | None = None,
    after: After = "",
    limit: Limit = 50,
) -> Page:
    """Approval requests, oldest first. What is fetched here counts as seen.

    `state` is the request's, `status` the order's.
    """
    actor = caller(request)
    found = _in_state(state, actor)
    if status:
        found = found.filter(order__status=status)
    # Which ones, first: with all that is said of them, the database would read that of each.
    chosen, mark = part(found, after, limit, newest=False)
    told = requests_for(actor).in_bulk([row.pk for row in chosen])
    rows, now = [told[row.pk] for row in chosen if row.pk in told], timezone.now()
    for row in rows:
        _seen(row, now)
    return Page(items=[json_v1.request_out(message_of(row)) for row in rows], next=mark)


def _in_state(state: str, actor: Actor) -> QuerySet[ApprovalRequest]:
    if state == "open":  # what no index leads to would be read among those of all manufacturers
        mine = known(actor.manufacturer_id)
        return ApprovalRequest.objects.filter(closed_at=None, manufacturer_id=mine)
    found = ApprovalRequest.objects.filter(order__in=Order.objects.visible_to(actor))
    return found if state == "all" else found.exclude(closed_at=None)


def _seen(row: ApprovalRequest, now: Any) -> None:
    if row.fetched_at is None:
        mark_fetched(row.order_id, now)


@reads(router, "/approval-requests/{number}", RequestOut, "orders:read", DESK)
def approval_request(request: HttpRequest, number: str) -> RequestOut:
    """The newest approval request of one order, with how far the order has come."""
    row = latest_request(number, caller(request))
    _seen(row, timezone.now())
    return json_v1.request_out(message_of(row))


@changes(
    router, "/approval-requests/{number}/answer", RequestOut, "orders:write", DESK, body=AnswerIn
)
def answer(request: HttpRequest, number: str) -> RequestOut:
    """Approve, cancel, or answer line by line, in as many answers as it takes.

    The same answer twice is one answer; a different second one is refused with what was recorded.
    `approved` accepts all lines that are still open, `cancelled` ends the whole order. What is
    worse for the customer (less, later than agreed, a substitute, a lost line) waits for the
    buyer's yes; a dearer purchase price goes back to the seller, who confirms the price anew.
    """
    actor = caller(request)
    _known(number, actor)
    given, version = json_v1.answer(request.body)
    seen = seen_version(request) if version is None else version
    try:
        actions.answer(number, given, by=actor, seen_version=seen)
    except Refused as refusal:
        if not isinstance(given, LineAnswers):
            raise
        raise Refused(json_v1.place_in(given, refusal.field), refusal.message) from refusal
    return _done(number, actor)


@changes(router, "/orders/{number}/shipments", RequestOut, "orders:write", DESK, body=ShipmentIn)
def shipment(request: HttpRequest, number: str) -> RequestOut:
    """Report a shipment, complete or partial. The same delivery note twice is one shipment."""
    actor = caller(request)
    _known(number, actor)
    seen = seen_version(request)
    actions.dispatch(number, json_v1.dispatch(request.body), by=actor, seen_version=seen)
    return _done(number, actor)


@changes(router, "/orders/{number}/delivery", RequestOut, "orders:write", DESK)
def delivery(request: HttpRequest, number: str) -> RequestOut:
    """Report that what was shipped has arrived."""
    actor = caller(request)
    _known(number, actor)
    actions.deliver(number, by=actor, seen_version=seen_version(request))
    return _done(number, actor)


def _known(number: str, actor: Actor) -> None:
    # A stranger learns that there is nothing, not that the body was wrong.
    latest_request(number, actor)


def _done(number: str, actor: Actor) -> RequestOut:
    return json_v1.request_out(message_of(latest_request(number, actor)))
