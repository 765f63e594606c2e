"""An order's timeline for one reader: who did what, when, what was sent and whether it arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order, Proposal
from tonerloop.orders.states import CancelReason, ReturnReason
from tonerloop.outbound.following import Happened, happened, turned_down
from tonerloop.outbound.models import Message
from tonerloop.web.shared.timeline_terms import terms_told, told_day


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
    proposals = _proposals(order)
    return [
        Item(
            at=one.entry.at,
            who=_who(one, order),
            what=WHAT[Event(one.entry.event)](),
            detail=_detail(one.entry, proposals, order, actor),
            messages=[sent(message) for message in one.messages],
        )
        for one in happened("order", order.pk, actor)
    ]


def with_refusals(order: Order, actor: Actor) -> list[Item]:
    """The timeline with what programs sent in vain; one query more for whom that concerns."""
    vain = [
        Item(
            at=message.received_at,
            who=f"{_('Program %(key)s') % {'key': message.key.label}}, {order.manufacturer.name}",
            what=_("sent a message that had no effect: %(outcome)s")
            % {"outcome": message.get_outcome_display()},
            detail=message.error,
        )
        for message in turned_down(order, actor)
    ]
    return sorted([*timeline(order, actor), *vain], key=lambda item: item.at)


def _proposals(order: Order) -> dict[int, Proposal]:
    names = ("lines__old_consumable", "lines__new_consumable")
    return {p.pk: p for p in order.proposals.prefetch_related(*names)}


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
    """The program, a manufacturer's rule or the person that did it; "" for the server itself."""
    if one.program:
        return _("Program %(key)s") % {"key": one.program}
    if one.entry.rule and one.entry.role == Role.ORDER_DESK:
        return _("by the rule “%(rule)s”") % {"rule": one.entry.rule}
    return one.person


def _who(one: Happened, order: Order) -> str:
    organisation = {
        Role.BUYER: order.customer.name,
        Role.ORDER_DESK: order.manufacturer.name,
        Role.RULE: _("Tonerloop"),
    }.get(Role(one.entry.role), order.seller.name)
    name = name_of(one)
    return f"{name}, {organisation}" if name else organisation


WHAT: dict[Event, Callable[[], str]] = {
    Event.ORDER_PLACED: lambda: _("placed the order"),
    Event.ORDER_PRICE_CONFIRMED: lambda: _("price confirmed, approval request sent"),
    Event.ORDER_TERMS_IMPROVED: lambda: _("gave better terms"),
    Event.ORDER_BELOW_FLOOR: lambda: _("meant a price below the floor"),
    Event.ORDER_CHANGE_PROPOSED: lambda: _("proposed a change"),
    Event.ORDER_QUESTION_ASKED: lambda: _("asked the buyer"),
    Event.ORDER_CHANGE_ACCEPTED: lambda: _("accepted the change"),
    Event.ORDER_CHANGE_DECLINED: lambda: _("declined the change"),
    Event.ORDER_REPLIED: lambda: _("replied"),
    Event.ORDER_LINES_ANSWERED: lambda: _("answered line by line"),
    Event.ORDER_GIVEN_BACK: lambda: _("gave the order back to the seller"),
    Event.ORDER_APPROVED: lambda: _("approved the order"),
    Event.ORDER_CANCELLED: lambda: _("cancelled the order"),
    Event.ORDER_SHIPPED: lambda: _("reported a shipment"),
    Event.ORDER_DELIVERED: lambda: _("reported the delivery"),
    Event.ORDER_RETURNED: lambda: _("recorded a return"),
    Event.ORDER_PRICE_REMINDED: lambda: _("reminded the salesperson to confirm the price"),
    Event.ORDER_PRICE_TO_DEPUTY: lambda: _("asked the deputy to confirm the price"),
    Event.ORDER_PRICE_TO_OFFICE: lambda: _("asked the back office to confirm the price"),
    Event.ORDER_APPROVAL_REMINDED: lambda: _("reminded the manufacturer to approve"),
    Event.ORDER_APPROVAL_LATE: lambda: _("told the seller that the approval is late"),
    Event.ORDER_BUYER_REMINDED: lambda: _("reminded the buyer to answer"),
    Event.ORDER_BUYER_LATE: lambda: _("told the seller that the buyer has not answered"),
    Event.ORDER_HANDED_OVER: lambda: _("handed the customer to another salesperson"),
}


def _detail(entry: Entry, proposals: dict[int, Proposal], order: Order, reader: Actor) -> str:
    data: dict[str, Any] = entry.data
    match Event(entry.event):
        case Event.ORDER_APPROVED:
            parts = [_("Promised for %(day)s") % {"day": told_day(data["promised_date"])}]
            parts += (
                [_("reference %(text)s") % {"text": data["reference"]}] if data["reference"] else []
            )
        case Event.ORDER_CANCELLED:
            parts = [str(CancelReason(data["reason"]).label), data.get("text", "")]
        case Event.ORDER_SHIPPED:
            parts = [_("%(count)d pieces") % {"count": data["pieces"]}]
        case Event.ORDER_DELIVERED if data.get("assumed"):
            parts = [_("Assumed, since nobody said otherwise within five working days")]
        case Event.ORDER_RETURNED:
            count = _("%(count)d pieces") % {"count": data["pieces"]}
            parts = [count, str(ReturnReason(data["reason"]).label)]
        case _:
            proposal = proposals.get(data.get("proposal", 0))
            parts = terms_told(entry, proposal, order, reader)
    return " · ".join(part for part in parts if part)
