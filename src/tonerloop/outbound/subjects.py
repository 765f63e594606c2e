"""What a journal entry is about, loaded with all that its messages say of it."""

from typing import Any

from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order
from tonerloop.outbound.webhooks.models import Endpoint
from tonerloop.points.models import Account, RewardOrder

_ORDERS = Order.objects.select_related(
    "placed_by", "customer__salesperson", "seller", "manufacturer"
)
_REQUESTS = CollectionRequest.objects.select_related(
    "seller", "customer", "site", "requested_by", "driver"
)
_REGISTRATIONS = Registration.objects.select_related("seller", "customer", "registered_by")
_ACCOUNTS = Account.objects.select_related(
    "customer__seller", "issuer_seller", "issuer_manufacturer"
)
_REWARDS = RewardOrder.objects.select_related("customer", "reward")
_ENDPOINTS = Endpoint.objects.select_related(
    "customer", "seller", "manufacturer", "collector", "created_by"
)
LOADERS: dict[str, Any] = {
    "order": _ORDERS,
    "collection": _REQUESTS,
    "registration": _REGISTRATIONS,
    "points": _ACCOUNTS,
    "reward_order": _REWARDS,
    "endpoint": _ENDPOINTS,
}


def load(entry: Entry) -> Any:
    """The order, collection request, registration, account … that an entry is about."""
    return LOADERS[entry.subject_kind].all().get(pk=entry.subject_id)


def thread_of(subject: Any) -> str:
    """A name for the thread of a subject's mails; no running number leaves the house."""
    if isinstance(subject, Order):
        return subject.number
    if isinstance(subject, CollectionRequest):
        return f"c{subject.number}"
    if isinstance(subject, Endpoint):
        return f"webhook-{subject.key}"
    return f"loop-{subject.customer.number}".replace(" ", "-")
