"""What a manufacturer said of an order's lines, in words for each reader."""

from datetime import date
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Side
from tonerloop.orders.models import ApprovalRequest, LineAnswer, Order, OrderLine
from tonerloop.orders.states import CancelReason, LineState, Status
from tonerloop.web.shared.templatetags import formats


def with_answers(order: Order, lines: list[OrderLine], reader: Actor) -> dict[str, Any]:
    """Put on each line, as `told`, what its reader may know of its answer; at most one query.

    Gives the page how many lines are answered while some are open, and whether the seller
    decides anew at another purchase price.
    """
    said = latest_answers(order) if order.confirmed_at else {}
    for line in lines:
        line.told = _told(line, said.get(line.pk), order, reader)  # type: ignore[attr-defined]
    left = [line for line in lines if line.state != LineState.REJECTED]
    partly = bool(said) and order.status == Status.PRICE_CONFIRMED and reader.side != Side.BUYER
    return {
        "answered": {"count": len(said), "of": len(left)} if partly else None,
        "given_back": bool(said) and order.status == Status.PLACED,
    }


def latest_answers(order: Order) -> dict[int, LineAnswer]:
    """The answers to the order's newest approval request, by line id; one query."""
    newest = ApprovalRequest.objects.filter(order=order).order_by("-pk").values("pk")[:1]
    found = LineAnswer.objects.filter(request=Subquery(newest))
    return {one.line_id: one for one in found.select_related("line", "substitute")}


def _told(line: OrderLine, said: LineAnswer | None, order: Order, reader: Actor) -> str:
    if reader.side != Side.BUYER:
        return answer_words(said.facts()) if said else _day(line, order)
    if said and line.state == LineState.REJECTED and said.reason:
        return ": ".join(w for w in (str(said.get_reason_display()), said.text) if w)
    return _day(line, order)


def _day(line: OrderLine, order: Order) -> str:
    """The line's own day, where the order's is another."""
    if line.promised_date is None or line.promised_date == order.promised_date:
        return ""
    return _("promised for %(day)s") % {"day": formats.day(line.promised_date)}


def answer_words(facts: dict[str, Any]) -> str:
    """An answer as the journal keeps it; with purchase prices, so never for a buyer."""
    parts = [str(LineAnswer.Kind(facts["kind"]).label)]
    if "quantity" in facts:
        parts.append(_("%(quantity)d of %(ordered)d pieces") % facts)
    if "substitute" in facts:
        parts.append(_("%(substitute)s instead") % facts)
    if "day" in facts:
        parts.append(
            _("promised for %(day)s") % {"day": formats.day(date.fromisoformat(facts["day"]))}
        )
    if "price" in facts:
        prices = [facts[name] for name in ("old_price", "price") if name in facts]
        shown = " → ".join(formats.money(price, facts["currency"]) for price in prices)
        parts.append(_("purchase price %(price)s") % {"price": shown})
    if "reason" in facts:
        parts.append(str(CancelReason(facts["reason"]).label))
    return ", ".join([*parts, *([facts["text"]] if "text" in facts else [])])
