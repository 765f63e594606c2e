"""What every portal shows of a collection request: its timeline, what was counted."""

from datetime import date
from typing import Any

from django.db.models import Count as DbCount
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from tonerloop.collection.models import CollectionRequest, Count, Stray
from tonerloop.collection.states import Condition, Missed
from tonerloop.common.actor import Actor
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.outbound.following import happened
from tonerloop.web.shared.templatetags import formats
from tonerloop.web.shared.timeline import Item, name_of, sent

_MODEL = ("consumable__part_number", "unknown_model", "condition")


def counted_models(request: CollectionRequest) -> list[dict[str, Any]]:
    """What was counted, by model and condition."""
    counts = Count.objects.filter(request=request).values(*_MODEL)
    return _models(counts.annotate(n=Sum("quantity")).exclude(n=0))


def stray_models(stray: Stray) -> list[dict[str, Any]]:
    """The same of a container without sender."""
    return _models(stray.pieces.values(*_MODEL).annotate(n=DbCount("pk")))


def _models(rows: QuerySet[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "model": row["consumable__part_number"] or row["unknown_model"],
            "known": bool(row["consumable__part_number"]),
            "condition": Condition(row["condition"]).label,
            "count": row["n"],
        }
        for row in rows.order_by("consumable__part_number", "condition")
    ]


def request_timeline(request: CollectionRequest, actor: Actor) -> list[Item]:
    """What this reader may know of the request, oldest first; three queries, four with programs."""
    return [
        Item(
            at=one.entry.at,
            who=name_of(one) or _("Tonerloop"),
            what=_what(Event(one.entry.event)),
            detail=told(one.entry),
            messages=[sent(message) for message in one.messages],
        )
        for one in happened("collection", request.pk, actor)
    ]


def _what(event: Event) -> str:
    return {
        Event.COLLECTION_REQUESTED: _("asked for a collection"),
        Event.COLLECTION_SCHEDULED: _("scheduled it"),
        Event.COLLECTION_MISSED: _("could not pick it up"),
        Event.COLLECTION_PICKED_UP: _("picked it up"),
        Event.COLLECTION_RECEIVED: _("received it at the recovery centre"),
        Event.COLLECTION_COUNTED: _("counted it"),
        Event.COLLECTION_CORRECTED: _("corrected the count"),
        Event.COLLECTION_CANCELLED: _("cancelled it"),
    }[event]


def told(entry: Entry) -> str:
    """The particulars of one step of a collection."""
    data = entry.data
    parts = []
    if data.get("day"):
        parts.append(formats.day(date.fromisoformat(data["day"])))
    if data.get("outcome") in Missed.values:
        parts.append(str(Missed(data["outcome"]).label))
    if data.get("count"):
        parts.append(_("%(count)d containers") % {"count": data["count"]})
    if "counted" in data:
        facts = {"counted": data["counted"], "announced": data["announced"]}
        parts.append(_("%(counted)d counted, %(announced)d announced") % facts)
    if data.get("points"):
        parts.append(_("%(points)d points earned") % {"points": data["points"]})
    parts += _corrected(data)
    parts += [data.get("note", ""), data.get("text", "")]
    return " · ".join(part for part in parts if part)


def _corrected(data: dict[str, Any]) -> list[str]:
    """What a correction did to points; what nobody owes any more is said too."""
    words = {
        "earned": _("%(points)d points added"),
        "taken": _("%(points)d points taken back"),
        "written_off": _("%(points)d points too many were used or had expired: written off"),
    }
    return [text % {"points": data[name]} for name, text in words.items() if data.get(name)]
