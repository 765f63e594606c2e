"""What a message says: thin, in the words of the API, and for each party only what it may read."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.common.actor import Actor, Role, Side
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.protocols import json_v1
from tonerloop.manufacturers.reading import latest_request, message_of
from tonerloop.orders.models import Order
from tonerloop.outbound.webhooks.models import Endpoint
from tonerloop.outbound.webhooks.types import REQUESTED, WITHDRAWN
from tonerloop.points.models import Account, RewardOrder

MOST = 20_000  # bytes, the specification's advice
# Of an entry's facts, those that mean something outside; ids and notes between two are not told.
TOLD = (
    *("promised_date", "reference", "reason", "text", "pieces", "assumed", "complete"),
    *("answered", "of", "day", "outcome", "count", "counted", "announced", "points", "last_day"),
)
PAGES = {
    ("order", Side.BUYER): "/order/orders/{number}/",
    ("order", Side.SELLER): "/seller/orders/{number}/",
    ("order", Side.MANUFACTURER): "/desk/orders/{number}/",
    ("collection", Side.BUYER): "/order/collection/{number}/",
    ("collection", Side.SELLER): "/seller/collections/{number}/",
    ("collection", Side.COLLECTOR): "/collector/{number}/",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A message's number among those about the same thing, and the id of the one before, or ""."""

    sequence: int
    previous: str


def body_of(entry: Entry, subject: Any, endpoint: Endpoint, kind: str, place: Place) -> str:
    """The message as JSON."""
    data: dict[str, Any] = {
        "sequence": place.sequence,
        "previous": place.previous or None,
        **_snapshot(subject),
        "changes": {name: entry.data[name] for name in TOLD if name in entry.data},
        "links": _links(entry, subject, endpoint),
    }
    if kind in (REQUESTED, WITHDRAWN):
        data["request"] = _request(subject)
    whole = {"type": kind, "timestamp": entry.at, "data": data}
    body = _json(whole)
    if len(body.encode()) > MOST and "request" in data:
        # It is to be fetched then; the link says where.
        data["request"] |= {"lines": [], "lines_left_out": True}
        body = _json(whole)
    return body


def _json(whole: dict[str, Any]) -> str:
    # Moments and days as the API writes them.
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder)


def _snapshot(subject: Any) -> dict[str, Any]:
    """The thing as it stands now: its number, status and version."""
    match subject:
        case Order() | CollectionRequest():
            return {
                "number": subject.number,
                "status": str(subject.status),
                "version": subject.version,
            }
        case Registration():
            return {"customer": subject.customer.number, "active": subject.ended_at is None}
        case Account():
            return {"customer": subject.customer.number}
        case RewardOrder():
            return {
                "customer": subject.customer.number,
                "status": str(subject.status),
                "points": subject.points,
                "reward": subject.reward.name,
            }
        case _:
            return {}


def _links(entry: Entry, subject: Any, endpoint: Endpoint) -> dict[str, str]:
    page = PAGES.get((entry.subject_kind, Side(endpoint.side)))
    if page is None:
        return {}
    links = {"page": settings.BASE_URL + page.format(number=subject.number)}
    if endpoint.side == Side.MANUFACTURER:
        links["request"] = f"{settings.BASE_URL}/api/v1/approval-requests/{subject.number}"
    return links


def _request(order: Order) -> dict[str, Any]:
    """The ordering information in the very words of the API."""
    desk = Actor(role=Role.ORDER_DESK, manufacturer_id=order.manufacturer_id)
    told = json_v1.request_out(message_of(latest_request(order.number, desk)))
    return told.model_dump()
