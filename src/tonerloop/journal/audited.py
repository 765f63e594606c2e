"""What of all that happens belongs to the audit: prices, points, keys, people and roles."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Func, Q
from django.utils.translation import gettext_lazy as _

from tonerloop.journal.events import Event


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One part of the audit: its name, records that changed, events, and what is looked at."""

    name: Any
    records: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    looks: tuple[str, ...] = ()

    def changes(self) -> Q:
        """The entries of the journal that belong to it."""
        records = Q(event=Event.RECORD_CHANGED, subject_kind__in=self.records)
        return records | Q(event__in=self.events)


LOOKS = "looks"
KINDS: dict[str, Kind] = {
    "prices": Kind(
        name=_("Prices"),
        records=("priceagreement", "purchaseprice", "floor", "confirmationrule"),
        events=(
            *(Event.ORDER_PRICE_CONFIRMED, Event.ORDER_TERMS_IMPROVED, Event.ORDER_BELOW_FLOOR),
            *(Event.ORDER_CHANGE_PROPOSED, Event.APPROVAL_RULE_BEGUN, Event.APPROVAL_RULE_ENDED),
        ),
        looks=("prices",),
    ),
    "points": Kind(
        name=_("Points"),
        records=("rule", "reward"),
        events=(
            *(Event.COLLECTION_CORRECTED, Event.REWARD_ORDERED),
            *(Event.REWARD_FULFILLED, Event.REWARD_CANCELLED),
        ),
        looks=("settlement", "points"),
    ),
    "keys": Kind(
        name=_("Keys and webhooks"),
        events=(
            *(Event.KEY_CREATED, Event.KEY_REVOKED, Event.CHANNEL_CHANGED, Event.WEBHOOK_CHANGED),
            *(Event.WEBHOOK_TESTED, Event.WEBHOOK_FAILING, Event.WEBHOOK_DISABLED),
        ),
        looks=("keys",),
    ),
    "roles": Kind(
        name=_("People and roles"),
        records=("membership", "person", "customer", "seller", "manufacturer", "collector"),
        looks=("audit",),
    ),
    # Looks alone, at whatever; the others tell of looks beside their changes.
    LOOKS: Kind(name=_("Looks")),
}
EVENTS = sorted(
    str(event)
    for event in (Event.RECORD_CHANGED, *(each for kind in KINDS.values() for each in kind.events))
)


class Audited(Func):
    """Whether an entry may be the audit's; written out, so that the audit's indexes serve it.

    As a parameter, which a prepared statement has in its place, PostgreSQL could not know that.
    """

    template = "event IN ({})".format(", ".join(f"'{event}'" for event in EVENTS))
    output_field = BooleanField()


def changes_of(kind: str) -> Q:
    """The entries of one kind, or of all of them where it is none of ours; none for looks."""
    if kind == LOOKS:
        return Q(pk__in=[])
    wanted = Q()
    for one in [KINDS[kind]] if kind in KINDS else KINDS.values():
        wanted |= one.changes()
    return wanted


def looks_of(kind: str) -> tuple[str, ...]:
    """What is looked at, of one kind or of all."""
    kinds = [KINDS[kind]] if kind in KINDS and kind != LOOKS else KINDS.values()
    return tuple(look for one in kinds for look in one.looks)
