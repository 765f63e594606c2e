"""What every portal shows of a collection request: its timeline, what was counted."""

from datetime import date
from typing import Any

from django.db.models import Count as DbCount
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from tonerloop.collection.models import CollectionRequest, Count, Stray
from tonerloop.collection.states import Condition, Missed
from tonerloop.common.actor import Actor, Role
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.outbound.models import Message
from tonerloop.parties.models import Person
from tonerloop.web.shared.templatetags import formats
from tonerloop.web.shared.timeline import Item, Sent

_MODEL = ("consumable__part_number", "unknown_model", "condition")
SELLERS = (Role.SALESPERSON, Role.BACK_OFFICE)


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
    """What this reader may know of the request, oldest first; three queries."""
    entries = list(
        Entry.objects.filter(
            subject_kind="collection", subject_id=request.pk, audience__contains=[actor.side]
        ).order_by("id")
    )
    people = Person.objects.in_bulk({e.person_id for e in entries if e.person_id})
    messages = Message.objects.filter(entry__in=entries).order_by("pk")
    sent: dict[int, list[Sent]] = {}
    for message in messages:
        if actor.role in SELLERS or message.side == actor.side:
            sent.setdefault(message.entry_id, []).append(_sent(message))
    return [
        Item(
            at=entry.at,
            who=str(people[entry.person_id]) if entry.person_id in people else _("Tonerloop"),
            what=_what(Event(entry.event)),
            detail=_detail(entry),
            messages=sent.get(entry.pk, []),
        )
        for entry in entries
    ]


def _sent(message: Message) -> Sent:
    return Sent(
        channel=message.get_channel_display(),
        to=message.recipient,
        state=message.state,
        state_label=message.get_state_display(),
        at=message.changed_at,
        error=message.error,
    )


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


def _detail(entry: Entry) -> str:
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
