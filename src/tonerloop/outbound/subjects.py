"""What a journal entry is about, loaded with all that its messages say of it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Value
from django.utils.crypto import salted_hmac

from tonerloop.collection.models import CollectionRequest, Registration, ThresholdReached
from tonerloop.common.asking import OneOf
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order
from tonerloop.outbound.webhooks.models import Endpoint
from tonerloop.points.models import Account, RewardOrder

_IDS = ArrayField(BigIntegerField())
_ORDERS = Order.objects.select_related(
    "placed_by", "customer__salesperson", "customer__deputy", "seller", "manufacturer"
)
_REQUESTS = CollectionRequest.objects.select_related(
    "seller", "customer", "site", "requested_by", "driver"
)
_REGISTRATIONS = Registration.objects.select_related("seller", "customer", "registered_by")
_ACCOUNTS = Account.objects.select_related(
    "customer__seller", "issuer_seller", "issuer_manufacturer"
)
_REWARD_ORDERS = RewardOrder.objects.select_related("seller", "customer", "reward", "ordered_by")
_THRESHOLDS = ThresholdReached.objects.select_related(
    "threshold__manufacturer", "threshold__consumable"
)
_ENDPOINTS = Endpoint.objects.select_related(
    "customer", "seller", "manufacturer", "collector", "created_by"
)
LOADERS: dict[str, Any] = {
    "order": _ORDERS,
    "collection": _REQUESTS,
    "registration": _REGISTRATIONS,
    "points": _ACCOUNTS,
    "reward_order": _REWARD_ORDERS,
    "threshold": _THRESHOLDS,
    "endpoint": _ENDPOINTS,
}


def load(entry: Entry) -> Any:
    """What an entry is about: an order, a collection request, an account and so on.

    Loaded once for all who are told of the same entry in one job.
    """
    if not hasattr(entry, "_subject"):
        found = LOADERS[entry.subject_kind].all().get(pk=entry.subject_id)
        entry._subject = found  # type: ignore[attr-defined]
    return entry._subject  # type: ignore[attr-defined]


def load_all(entries: Iterable[Entry]) -> None:
    """Load what all these are about, one query a kind; what is gone is left to `load` to miss.

    One statement however many they are: the server takes longer to plan such joins than to make
    them, and keeps the plan of what it has seen before.
    """
    wanted: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.subject_kind in LOADERS and not hasattr(entry, "_subject"):
            wanted[entry.subject_kind].append(entry)
    for kind, about in wanted.items():
        pks = Value(sorted({entry.subject_id for entry in about}), _IDS)
        found = {each.pk: each for each in LOADERS[kind].filter(OneOf(F("pk"), pks))}
        for entry in about:
            if entry.subject_id in found:
                entry._subject = found[entry.subject_id]  # type: ignore[attr-defined]


def thread_of(subject: Any) -> str:
    """A name for the thread of a subject's mails; no running number leaves the house."""
    if isinstance(subject, Order):
        return subject.number
    if isinstance(subject, CollectionRequest):
        return f"c{subject.number}"
    if isinstance(subject, Endpoint):
        return f"webhook-{subject.key}"
    if isinstance(subject, ThresholdReached):
        return "threshold-" + salted_hmac("threshold", str(subject.pk)).hexdigest()[:16]
    return f"loop-{subject.customer.number}".replace(" ", "-")
