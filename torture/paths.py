"""Whether what the journal tells of an order or a collection is a path in its table of moves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tonerloop.collection import states as collection
from tonerloop.common.actor import SIDES, Role
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders import states as orders

To, At = orders.Status, collection.Status
Steps = Sequence[tuple[Any, ...]]  # ways in which one event can have moved the thing

# What each event says of the status; an event that is not here moves nothing.
ORDERS: dict[str, Steps] = {
    Event.ORDER_PRICE_CONFIRMED: [(To.PRICE_CONFIRMED,)],
    Event.ORDER_CHANGE_PROPOSED: [(To.WAITING,)],
    Event.ORDER_QUESTION_ASKED: [(To.WAITING,)],
    Event.ORDER_REPLIED: [(To.PLACED,), (To.PRICE_CONFIRMED,)],
    # The buyer's yes to the manufacturer's change is both in one.
    Event.ORDER_APPROVED: [(To.APPROVED,), (To.PRICE_CONFIRMED, To.APPROVED)],
    Event.ORDER_CANCELLED: [(To.CANCELLED,)],
    Event.ORDER_SHIPPED: [(To.PARTLY_SHIPPED,), (To.SHIPPED,)],
    Event.ORDER_DELIVERED: [(To.DELIVERED,)],
}
COLLECTIONS: dict[str, Steps] = {
    Event.COLLECTION_SCHEDULED: [(At.SCHEDULED,)],
    Event.COLLECTION_MISSED: [(At.REQUESTED,)],
    Event.COLLECTION_PICKED_UP: [(At.PICKED_UP,)],
    Event.COLLECTION_RECEIVED: [(At.RECEIVED,)],
    Event.COLLECTION_COUNTED: [(At.COUNTED,)],
    Event.COLLECTION_CANCELLED: [(At.CANCELLED,)],
}


def order_path(entries: Iterable[Entry], status: str) -> str:
    """What is wrong with an order's entries, the oldest first; "" where they lead to the status."""
    moving = [e for e in entries if e.event != Event.ORDER_DELIVERED or e.data.get("complete")]
    return _walk(moving, status, ORDERS, orders.MOVES, Event.ORDER_PLACED, To.PLACED)


def collection_path(entries: Iterable[Entry], status: str) -> str:
    """The same of a collection request."""
    begin = Event.COLLECTION_REQUESTED
    return _walk(list(entries), status, COLLECTIONS, collection.MOVES, begin, At.REQUESTED)


def _walk(
    entries: Sequence[Entry],
    status: str,
    said: Mapping[str, Steps],
    moves: Mapping[Any, Mapping[Any, Any]],
    begin: str,
    first: Any,
) -> str:
    names = [entry.event for entry in entries]
    if names.count(begin) != 1 or names[0] != begin:
        return f"does not begin with one {begin}: {names}"
    possible = {first}
    for entry in entries[1:]:
        ways = said.get(entry.event)
        if ways is None:
            continue
        side = SIDES[Role(entry.role)]
        possible = {way[-1] for way in ways for at in possible if _leads(at, way, side, moves)}
        if not possible:
            return f"{entry.event} by {side} is no move in {names}"
    return "" if status in possible else f"is {status}, but its journal leads to {possible}"


def _leads(at: Any, way: Sequence[Any], side: Any, moves: Mapping[Any, Mapping[Any, Any]]) -> bool:
    for to in way:
        if side not in moves[at].get(to, frozenset()):
            return False
        at = to
    return True
