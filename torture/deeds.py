"""What was done, by kind, as it stands in the journal and the ledger; what never was."""

from collections import Counter

from django.db.models import Count

from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.points.models import Transaction

DEEDS = {
    Event.ORDER_PLACED: "order placed",
    Event.ORDER_PRICE_CONFIRMED: "price confirmed",
    Event.ORDER_CHANGE_PROPOSED: "change proposed",
    Event.ORDER_CHANGE_ACCEPTED: "change accepted",
    Event.ORDER_CHANGE_DECLINED: "change declined",
    Event.ORDER_QUESTION_ASKED: "question asked",
    Event.ORDER_REPLIED: "question answered",
    Event.ORDER_APPROVED: "order approved",
    Event.ORDER_CANCELLED: "order cancelled",
    Event.ORDER_SHIPPED: "shipment reported",
    Event.ORDER_DELIVERED: "delivery reported",
    Event.COLLECTION_REQUESTED: "collection asked for",
    Event.COLLECTION_SCHEDULED: "collection scheduled",
    Event.COLLECTION_MISSED: "nobody there",
    Event.COLLECTION_PICKED_UP: "picked up",
    Event.COLLECTION_RECEIVED: "received",
    Event.COLLECTION_COUNTED: "counted and closed",
    Event.REWARD_ORDERED: "reward taken",
    Event.REWARD_FULFILLED: "reward fulfilled",
    Event.REWARD_CANCELLED: "reward called off",
}
POINTS = {
    ("earned", "collection"): "points earned",
    ("used", "order"): "points used for an order",
    ("used", "reward"): "points used for a reward",
    ("given_back", "order"): "points of an order given back",
    ("given_back", "reward"): "points of a reward given back",
}


def deeds() -> Counter[str]:
    """How often each kind of deed has happened until now."""
    events = Entry.objects.filter(event__in=DEEDS).order_by()
    rows = events.values_list("event").annotate(n=Count("pk"))
    found = Counter({DEEDS[Event(event)]: number for event, number in rows})
    for kind, key in Transaction.objects.values_list("kind", "key"):
        if name := POINTS.get((kind, key.split("/")[0])):
            found[name] += 1
    return found


def never(found: Counter[str]) -> list[str]:
    """The kinds of deeds that did not happen: nothing is proved about them."""
    return [name for name in (*DEEDS.values(), *POINTS.values()) if not found[name]]
