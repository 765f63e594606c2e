"""An order's timeline for one reader: who did what, when, what was sent and whether it arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order, Proposal
from tonerloop.orders.states import CancelReason, ReturnReason
from tonerloop.outbound.following import Happened, happened
from tonerloop.outbound.models import Message
from tonerloop.web.shared.templatetags import formats


@dataclass
class Sent:
    """A message that an event caused, and its fate."""

    channel: str
    to: str
    state: str
    state_label: str
    at: datetime
    error: str


@dataclass
class Item:
    """One thing that happened."""

    at: datetime
    who: str
    what: str
    detail: str
    messages: list[Sent] = field(default_factory=list)


def timeline(order: Order, actor: Actor) -> list[Item]:
    """What this reader may know of the order, oldest first; four queries, five with programs."""
    proposals = {p.pk: p for p in order.proposals.all()}
    return [
        Item(
            at=one.entry.at,
            who=_who(one, order),
            what=_WHAT[Event(one.entry.event)](),
            detail=_detail(one.entry, proposals, actor),
            messages=[sent(message) for message in one.messages],
        )
        for one in happened("order", order.pk, actor)
    ]


def sent(message: Message) -> Sent:
    """A message as a timeline shows it."""
    return Sent(
        channel=message.get_channel_display(),
        to=message.recipient,
        state=message.state,
        state_label=message.get_state_display(),
        at=message.changed_at,
        error=message.error,
    )


def name_of(one: Happened) -> str:
    """The person or the program that did it; "" for neither."""
    return _("Program %(key)s") % {"key": one.program} if one.program else one.person


def _who(one: Happened, order: Order) -> str:
    organisation = {
        Role.BUYER: order.customer.name,
        Role.ORDER_DESK: order.manufacturer.name,
        Role.RULE: _("Tonerloop"),
    }.get(Role(one.entry.role), order.seller.name)
    name = name_of(one)
    return f"{name}, {organisation}" if name else organisation


_WHAT: dict[Event, Callable[[], str]] = {
    Event.ORDER_PLACED: lambda: _("placed the order"),
    Event.ORDER_PRICE_CONFIRMED: lambda: _("price confirmed, approval request sent"),
    Event.ORDER_CHANGE_PROPOSED: lambda: _("proposed a change"),
    Event.ORDER_QUESTION_ASKED: lambda: _("asked the buyer"),
    Event.ORDER_CHANGE_ACCEPTED: lambda: _("accepted the change"),
    Event.ORDER_CHANGE_DECLINED: lambda: _("declined the change"),
    Event.ORDER_REPLIED: lambda: _("replied"),
    Event.ORDER_APPROVED: lambda: _("approved the order"),
    Event.ORDER_CANCELLED: lambda: _("cancelled the order"),
    Event.ORDER_SHIPPED: lambda: _("reported a shipment"),
    Event.ORDER_DELIVERED: lambda: _("reported the delivery"),
    Event.ORDER_RETURNED: lambda: _("recorded a return"),
}


def _detail(entry: Entry, proposals: dict[int, Proposal], reader: Actor) -> str:
    data: dict[str, Any] = entry.data
    proposal = proposals.get(data.get("proposal", 0))
    parts = []
    match Event(entry.event):
        case Event.ORDER_PRICE_CONFIRMED if reader.side != Side.MANUFACTURER:
            parts = [data.get("note", "")]  # between seller and buyer, as of a proposal
        case Event.ORDER_APPROVED:
            parts = [_("Promised for %(day)s") % {"day": _day(data["promised_date"])}]
            parts += (
                [_("reference %(text)s") % {"text": data["reference"]}] if data["reference"] else []
            )
        case Event.ORDER_CANCELLED:
            parts = [str(CancelReason(data["reason"]).label), data.get("text", "")]
        case Event.ORDER_CHANGE_PROPOSED | Event.ORDER_QUESTION_ASKED if proposal:
            parts = (
                [_("New day %(day)s") % {"day": _day(proposal.new_date)}]
                if proposal.new_date
                else []
            )
            parts += [proposal.note]
        case Event.ORDER_REPLIED if proposal:
            parts = [proposal.reply]
        case Event.ORDER_SHIPPED:
            parts = [_("%(count)d pieces") % {"count": data["pieces"]}]
        case Event.ORDER_DELIVERED if data.get("assumed"):
            parts = [_("Assumed, since nobody said otherwise within five working days")]
        case Event.ORDER_RETURNED:
            count = _("%(count)d pieces") % {"count": data["pieces"]}
            parts = [count, str(ReturnReason(data["reason"]).label)]
    return " · ".join(part for part in parts if part)


def _day(day: date | str) -> str:
    return formats.day(date.fromisoformat(day) if isinstance(day, str) else day)
