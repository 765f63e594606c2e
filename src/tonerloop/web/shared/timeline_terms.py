"""What the timeline says of prices, days and items that were confirmed, proposed or accepted."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tonerloop.common.actor import Actor, Side
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order, Proposal, ProposalLine
from tonerloop.web.shared.line_answers import answer_words
from tonerloop.web.shared.templatetags import formats


def terms_told(entry: Entry, proposal: Proposal | None, order: Order, reader: Actor) -> list[str]:
    """The particulars of one step between seller and buyer; empty for other events."""
    data: dict[str, Any] = entry.data
    match Event(entry.event):
        case Event.ORDER_PRICE_CONFIRMED if reader.side != Side.MANUFACTURER:
            # Between seller and buyer, as a proposal is.
            by_rule = bool(entry.rule and order.confirmed_rule)
            by_mail = data.get("through") == "mail"
            return [
                data.get("note", ""),
                _rule_words(order) if by_rule else "",
                _("by the link in the mail") if by_mail else "",
            ]
        case Event.ORDER_LINES_ANSWERED:
            count = _("%(answered)d of %(of)d lines") % data
            told = data["told"]
            return [count, *(f"{one['part']}: {answer_words(one)}" for one in told)]
        case Event.ORDER_TERMS_IMPROVED:
            return _better(data, order.currency)
        case Event.ORDER_BELOW_FLOOR:
            return _below(data, order.currency)
        case Event.ORDER_CHANGE_PROPOSED | Event.ORDER_QUESTION_ASKED if proposal:
            return [*_proposed(proposal, order.currency), proposal.note]
        case Event.ORDER_CHANGE_ACCEPTED if left_out := data.get("declined"):
            words = ngettext("%(count)d item left out", "%(count)d items left out", left_out)
            return [words % {"count": left_out}]
        case Event.ORDER_REPLIED if proposal:
            return [proposal.reply]
    return []


def _rule_words(order: Order) -> str:
    """The rule by its name: how far it reaches, who set it and when."""
    rule = order.confirmed_rule
    assert rule is not None
    words = _("Automatic confirmation up to %(ceiling)s, set by %(person)s on %(day)s")
    return words % {
        "ceiling": formats.money(rule.ceiling, rule.currency),
        "person": rule.set_by.name,
        "day": formats.day(timezone.localtime(rule.set_at).date()),
    }


def _proposed(proposal: Proposal, currency: str) -> list[str]:
    """Each change as old → new."""
    parts = [_proposed_line(line, currency) for line in proposal.lines.all()]
    if proposal.new_date:
        parts.append(_("New day %(day)s") % {"day": told_day(proposal.new_date)})
    return parts


def _proposed_line(change: ProposalLine, currency: str) -> str:
    """What of the line would change, and nothing else: a manufacturer reads no prices here."""
    old, new = change.old_consumable.part_number, change.new_consumable.part_number
    if change.is_lost:
        return _("%(part)s cannot be delivered") % {"part": old}
    was, now = [old], [new] if new != old else []
    if change.new_quantity is not None:
        was.append(f"× {change.old_quantity}")
        now.append(f"× {change.new_quantity}")
    if change.new_price != change.old_price:
        price = change.old_price
        was.append(_("on request") if price is None else formats.money(price, currency))
        now.append(formats.money(change.new_price, currency))
    then, before = " ".join(now), " ".join(was)
    if change.old_date and change.new_date:
        before += f", {told_day(change.old_date)}"
        then = ", ".join(part for part in (then, told_day(change.new_date)) if part)
    return f"{before} → {then}"


def _better(data: dict[str, Any], currency: str) -> list[str]:
    parts = [
        f"{row['part']} {formats.money(row['old'], currency)} → "
        f"{formats.money(row['new'], currency)}"
        for row in data.get("prices", [])
    ]
    return parts + (
        [_("New day %(day)s") % {"day": told_day(data["day"])}] if "day" in data else []
    )


def _below(data: dict[str, Any], currency: str) -> list[str]:
    words = _("%(part)s: %(price)s, floor %(floor)s")
    return [
        words
        % {
            "part": row["part"],
            "price": formats.money(row["price"], currency),
            "floor": formats.money(row["floor"], currency),
        }
        for row in data["lines"]
    ]


def told_day(day: date | str) -> str:
    """A day as the journal or a record keeps it."""
    return formats.day(date.fromisoformat(day) if isinstance(day, str) else day)
