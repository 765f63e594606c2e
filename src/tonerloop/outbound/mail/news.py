"""What a mail about a collection says: one headline, a few facts, the way to more."""

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from tonerloop.collection.models import CollectionRequest
from tonerloop.common.references import grouped
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry


def news_of(entry: Entry, subject: Any) -> dict[str, Any]:
    """Headline, facts, link and seller, in the words of the active language."""
    of_request = isinstance(subject, CollectionRequest)
    return {
        "headline": _headline(Event(entry.event)),
        "facts": _request_facts(subject, entry) if of_request else [],
        "day": _day(entry),
        "seller": subject.seller,
        "customer": subject.customer.name,
        "link": settings.BASE_URL + _page(subject),
    }


def _headline(event: Event) -> str:
    return {
        Event.COLLECTION_REGISTERED: _("You take part in the collection service."),
        Event.COLLECTION_BOX_SENT: _("Your collection box is on its way."),
        Event.COLLECTION_SCHEDULED: _("Your used cartridges will be picked up."),
        Event.COLLECTION_MISSED: _("We could not pick up your used cartridges."),
        Event.COLLECTION_COUNTED: _("Your used cartridges have been counted."),
        Event.COLLECTION_CORRECTED: _("The count of your used cartridges was corrected."),
        Event.COLLECTION_CANCELLED: _("This collection was cancelled."),
    }[event]


def _request_facts(request: CollectionRequest, entry: Entry) -> list[tuple[str, str]]:
    facts = [
        (_("Collection"), grouped(request.number)),
        (_("Site"), request.site.name),
        (_("Announced"), str(request.announced)),
    ]
    data = entry.data
    if "counted" in data:
        facts.append((_("Counted"), str(data["counted"])))
    if data.get("points"):
        facts.append((_("Points earned"), str(data["points"])))
    if entry.event == Event.COLLECTION_MISSED:
        facts.append((_("Reason"), str(request.get_missed_display())))
    if data.get("text"):
        facts.append((_("Reason"), data["text"]))
    return facts


def _day(entry: Entry) -> date | None:
    day = entry.data.get("day")
    return date.fromisoformat(day) if day else None


def _page(subject: Any) -> str:
    if isinstance(subject, CollectionRequest):
        return f"/order/collection/{subject.number}/"
    return "/order/collection/"
