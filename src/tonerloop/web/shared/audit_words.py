"""What the audit says of each row in the trade's words: what was done, and what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry, Look
from tonerloop.manufacturers.models import Connection
from tonerloop.orders.models import Proposal
from tonerloop.web.shared.audit_subjects import NAMED, Named, Subjects, item_name, kind_of
from tonerloop.web.shared.collections import told as collection_told
from tonerloop.web.shared.templatetags import formats
from tonerloop.web.shared.timeline import WHAT
from tonerloop.web.shared.timeline_terms import terms_told

ACTIONS: dict[str, Any] = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "ended": gettext_lazy("ended"),
    "removed": gettext_lazy("removed"),
    "rotated": gettext_lazy("made a new secret"),
    "on": gettext_lazy("switched on"),
    "off": gettext_lazy("switched off"),
    "handed_over": gettext_lazy("handed over"),
    "erased": gettext_lazy("erased"),
}
DEEDS: dict[str, Any] = {
    Event.ORDER_PRICE_CONFIRMED: gettext_lazy("confirmed the price"),
    Event.ORDER_BELOW_FLOOR: gettext_lazy("meant a price below the floor"),
    Event.COLLECTION_CORRECTED: gettext_lazy("corrected the count"),
    Event.REWARD_ORDERED: gettext_lazy("ordered it for points"),
    Event.REWARD_FULFILLED: gettext_lazy("handed it out"),
    Event.REWARD_CANCELLED: gettext_lazy("cancelled it, points given back"),
    Event.KEY_CREATED: gettext_lazy("made"),
    Event.KEY_REVOKED: gettext_lazy("revoked"),
    Event.CHANNEL_CHANGED: gettext_lazy("changed"),
    Event.WEBHOOK_TESTED: gettext_lazy("sent a test"),
    Event.WEBHOOK_FAILING: gettext_lazy("found it failing"),
    Event.WEBHOOK_DISABLED: gettext_lazy("switched off, since it failed for days"),
    Event.APPROVAL_RULE_BEGUN: gettext_lazy("begun"),
    Event.APPROVAL_RULE_ENDED: gettext_lazy("ended"),
}
RULES = {
    "price-confirmation": gettext_lazy("Automatic confirmation"),
    "webhooks": gettext_lazy("Sending of webhooks"),
    "erasure": gettext_lazy("Erasure"),
}
TERMS: dict[str, Any] = {
    "unit_price": gettext_lazy("unit price"),
    "first_day": gettext_lazy("first day"),
    "last_day": gettext_lazy("last day"),
}


def deed(one: Entry | Look) -> str:
    """What was done, as a verb of the trade."""
    if isinstance(one, Look):
        return _("took it away") if one.subject_kind in ("audit", "settlement") else _("looked")
    if action := one.data.get("action"):
        return str(ACTIONS.get(action, action))
    if one.event == Event.KEY_CREATED and "follows" in one.data:
        return _("made in place of an earlier one")
    known = DEEDS.get(one.event)
    return str(known or WHAT[Event(one.event)]())


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is looked up once for all rows of a page; `reader` is None for the operator."""

    reader: Actor | None
    subjects: Subjects
    people: Mapping[int, str]
    programs: Mapping[str, str]
    items: Mapping[int, Consumable]
    proposals: Mapping[int, Proposal]

    def named(self, one: Entry | Look) -> Named | None:
        """The row's subject; None where it is gone, or not the reader's."""
        return self.subjects.get((kind_of(one), one.subject_id))


def who(one: Entry | Look, known: Known) -> str:
    """The program or the rule by its name, else the person; "–" where nobody is known any more."""
    if one.key:
        return _("Program “%(name)s”") % {"name": known.programs.get(one.key, one.key)}
    rule = one.rule if isinstance(one, Entry) else ""
    if rule and one.role == Role.ORDER_DESK:
        return _("by the rule “%(rule)s”") % {"rule": rule}
    if rule:
        return str(RULES.get(rule, _("Tonerloop")))
    return known.people.get(one.person_id or 0, "–")


def changes(one: Entry | Look, known: Known) -> list[str]:
    """What it changed, old → new where the journal kept both; empty where nothing is to say."""
    if isinstance(one, Look):
        return []
    named = known.named(one)
    if one.subject_kind == "order":
        return _terms(one, named, known)
    if one.subject_kind == "collection":
        return [collection_told(one)]
    return [*_old_and_new(one.data), *_ceiling(one.data, named), *_fields(one, known)]


def subject_name(one: Entry | Look, known: Known) -> str:
    """The subject by its name; of what is gone, what the journal still knows."""
    if named := known.named(one):
        return named.name
    data = one.data if isinstance(one, Entry) else {}
    if item := known.items.get(data.get("consumable") or 0):
        return item_name(item)
    if one.subject_kind == "floor":
        return _("all items")
    alone = kind_of(one) in NAMED or one.subject_kind in ("order", "collection")
    return _("number %(number)d") % {"number": one.subject_id} if alone and one.subject_id else ""


def _terms(one: Entry, named: Named | None, known: Known) -> list[str]:
    if named is None:
        return []
    # The operator reads as the seller does, who knows both sides.
    reader = known.reader or Actor(role=Role.BACK_OFFICE)
    asked = known.proposals.get(one.data.get("proposal", 0))
    return [text for text in terms_told(one, asked, named.row, reader) if text]


def _old_and_new(data: dict[str, Any]) -> list[str]:
    old, new = data.get("old"), data.get("new")
    if not isinstance(new, dict):
        is_day = data.get("action") == "ended"
        said = [_day(value) if is_day else _floor(value) for value in (old, new)]
        what = _("last day") if is_day else _("lowest price")
        return [_moved(what, *said)] if old or new else []
    before = old if isinstance(old, dict) else {}
    found = [
        _moved(str(name), _value(field, before), _value(field, new))
        for field, name in TERMS.items()
        if before.get(field, "") != new.get(field, "") or _other_money(field, before, new)
    ]
    if before.get("breaks", []) != new.get("breaks", []):
        found.append(_moved(_("quantity breaks"), _breaks(before), _breaks(new)))
    return found


def _other_money(field: str, before: dict[str, Any], new: dict[str, Any]) -> bool:
    return field == "unit_price" and before.get("currency") != new.get("currency")


def _value(field: str, terms: dict[str, Any]) -> str:
    text = terms.get(field, "")
    if not text:
        return ""
    return formats.money(text, terms["currency"]) if field == "unit_price" else _day(text)


def _breaks(terms: dict[str, Any]) -> str:
    words = _("%(price)s from %(count)d")
    return ", ".join(
        words % {"price": formats.money(price, terms["currency"]), "count": count}
        for count, price in terms.get("breaks", [])
    )


def _day(text: Any) -> str:
    return formats.day(date.fromisoformat(str(text))) if text else ""


def _floor(text: Any) -> str:
    """A floor as the journal keeps it: 5.00 %, or 120.00 JPY."""
    amount, _space, unit = str(text or "").rpartition(" ")
    if not amount:
        return ""
    if unit != "%":
        return formats.money(amount, unit)
    return _("%(percent)s%% over the purchase price") % {
        "percent": formats.decimal(Decimal(amount).normalize())
    }


def _moved(what: str, old: str, new: str) -> str:
    return f"{what}: {old or '–'} → {new or '–'}" if old else f"{what}: {new or '–'}"


def _ceiling(data: dict[str, Any], named: Named | None) -> list[str]:
    if "ceiling" not in data:
        return []
    amount = formats.money(data["ceiling"], named.row.currency) if named else data["ceiling"]
    found = [_("up to %(ceiling)s") % {"ceiling": amount}]
    return [*found, _("list prices too")] if data.get("list") else found


def _fields(one: Entry, known: Known) -> list[str]:
    """Which fields changed, by their names; of what was chosen, from what to what."""
    names = [_field(one.subject_kind, name) for name in one.data.get("fields", [])]
    old, new = one.data.get("from", ""), one.data.get("to", "")
    if one.data.get("action") == "handed_over":
        return [f"{known.people.get(old, '–')} → {known.people.get(new, '–')}"]
    if one.subject_kind == "channel":
        return [" → ".join(str(Connection.Channel(each).label) for each in (old, new))]
    if isinstance(new, bool):
        return [f"{', '.join(names)}: {_('yes') if new else _('no')}"]
    return [", ".join(names)] if names else []


def _field(kind: str, name: str) -> str:
    try:
        return str(apps.get_model("parties", kind)._meta.get_field(name).verbose_name)
    except (LookupError, FieldDoesNotExist):
        return name
