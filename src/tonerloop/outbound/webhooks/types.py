"""The message types to which a party may subscribe: stable names, and whose they are."""

from tonerloop.common.actor import Role, Side
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry

B, S, M, C = Side.BUYER, Side.SELLER, Side.MANUFACTURER, Side.COLLECTOR
REQUESTED, WITHDRAWN = "approval.requested", "approval.withdrawn"
TEST = Event.WEBHOOK_TESTED.value  # to one endpoint, when its owner asks for it

# Most types are named as the journal's event; whose they can be, in the order of an order's life.
TYPES: dict[str, frozenset[Side]] = {
    Event.ORDER_PLACED.value: frozenset({B, S}),
    Event.ORDER_PRICE_CONFIRMED.value: frozenset({B, S}),
    Event.ORDER_TERMS_IMPROVED.value: frozenset({B, S}),
    REQUESTED: frozenset({M}),
    Event.ORDER_CHANGE_PROPOSED.value: frozenset({B, S, M}),
    Event.ORDER_QUESTION_ASKED.value: frozenset({B, S}),
    Event.ORDER_CHANGE_ACCEPTED.value: frozenset({B, S, M}),
    Event.ORDER_CHANGE_DECLINED.value: frozenset({B, S}),
    Event.ORDER_REPLIED.value: frozenset({B, S}),
    Event.ORDER_LINES_ANSWERED.value: frozenset({S, M}),
    Event.ORDER_GIVEN_BACK.value: frozenset({B, S, M}),
    Event.ORDER_APPROVED.value: frozenset({B, S, M}),
    Event.ORDER_CANCELLED.value: frozenset({B, S, M}),
    WITHDRAWN: frozenset({M}),
    Event.ORDER_SHIPPED.value: frozenset({B, S, M}),
    Event.ORDER_DELIVERED.value: frozenset({B, S, M}),
    Event.ORDER_RETURNED.value: frozenset({B, S, M}),
    Event.COLLECTION_REGISTERED.value: frozenset({B, S, C}),
    Event.COLLECTION_ENDED.value: frozenset({B, S, C}),
    Event.COLLECTION_BOX_SENT.value: frozenset({B, S, C}),
    Event.COLLECTION_REQUESTED.value: frozenset({B, S, C}),
    Event.COLLECTION_SCHEDULED.value: frozenset({B, S, C}),
    Event.COLLECTION_MISSED.value: frozenset({B, S, C}),
    Event.COLLECTION_PICKED_UP.value: frozenset({B, S, C}),
    Event.COLLECTION_RECEIVED.value: frozenset({B, S, C}),
    Event.COLLECTION_COUNTED.value: frozenset({B, S, C}),
    Event.COLLECTION_CORRECTED.value: frozenset({B, S, C}),
    Event.COLLECTION_CANCELLED.value: frozenset({B, S, C}),
    Event.POINTS_EXPIRING.value: frozenset({B, S}),
    Event.REWARD_ORDERED.value: frozenset({B, S}),
    Event.REWARD_FULFILLED.value: frozenset({B, S}),
    Event.REWARD_CANCELLED.value: frozenset({B, S}),
}


def types_for(side: str) -> list[str]:
    """What this side may subscribe to."""
    return [name for name, sides in TYPES.items() if side in sides]


def type_of(entry: Entry, side: str) -> str:
    """The type by which an entry is told to a side; "" where it is not told to it.

    A manufacturer learns of an order by its approval request and, where somebody else ends it,
    by its withdrawal.
    """
    if entry.event == TEST:
        return TEST
    if side not in entry.audience:
        return ""
    name = entry.event
    if side == M:
        if name in (Event.ORDER_PRICE_CONFIRMED, Event.ORDER_REPLIED):
            name = REQUESTED
        elif name == Event.ORDER_CANCELLED and entry.role != Role.ORDER_DESK:
            name = WITHDRAWN
    return name if side in TYPES.get(name, frozenset()) else ""
