"""What of the journal is audited: changes of prices, points, keys and roles."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.journal.events import Event

ABOUT: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    # Its name, kinds of records, events of orders and collections.
    "prices": (
        _("Prices"),
        ("priceagreement", "purchaseprice", "floor", "confirmationrule", "prices"),
        (
            *(Event.ORDER_PRICE_CONFIRMED, Event.ORDER_TERMS_IMPROVED, Event.ORDER_BELOW_FLOOR),
            Event.ORDER_CHANGE_PROPOSED,
        ),
    ),
    "points": (
        _("Points"),
        ("rule", "reward", "settlement"),
        (
            *(Event.COLLECTION_CORRECTED, Event.REWARD_ORDERED),
            *(Event.REWARD_FULFILLED, Event.REWARD_CANCELLED),
        ),
    ),
    "keys": (_("Keys and webhooks"), ("key", "keys", "endpoint", "channel"), ()),
    "roles": (_("People and roles"), ("membership", "person", "customer", "audit"), ()),
}
KINDS = tuple(kind for group in ABOUT.values() for kind in group[1])
EVENTS = tuple(str(event) for group in ABOUT.values() for event in group[2])


def among(kinds: tuple[str, ...], events: tuple[str, ...]) -> Q:
    """Entries of these kinds of records, or with these events."""
    return Q(subject_kind__in=kinds) | Q(event__in=events)


AUDITED = among(KINDS, EVENTS)  # the indexes of the audit hold these and no others
