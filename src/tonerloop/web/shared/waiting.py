"""Who has an order now, what for and until when, in a sentence."""

import math
from datetime import datetime, timedelta
from typing import Literal

from babel import dates
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Side
from tonerloop.orders.deadlines import answer_time
from tonerloop.orders.due import usual_minutes
from tonerloop.orders.models import Order
from tonerloop.orders.states import TURN, Status
from tonerloop.parties.charge import in_charge
from tonerloop.parties.models import Person
from tonerloop.web.shared.templatetags import formats

HOUR = 60
STEP = 5  # minutes, to which what is usual is rounded up


def waiting_sentence(order: Order, actor: Actor) -> str:
    """Who has the order now, what for and until when; "" where nobody has.

    The order comes from `with_due`. At most two queries while an answer is due, none afterwards.
    """
    status = Status(order.status)
    turn = TURN[status]
    if turn is None:
        return ""
    now = timezone.now()
    due: datetime | None = order.answer_by  # type: ignore[attr-defined]
    person = in_charge(order.customer, now).first if status == Status.PLACED else None
    mine = turn == actor.side and (person is None or person.pk == actor.person_id)
    sentence = _sentence(status, mine=mine, in_time=due is not None and due > now)
    names = {
        "salesperson": _salesperson(order, actor, person),
        "buyer": order.placed_by.name,
        "manufacturer": order.manufacturer.name,
        "when": _moment(due) if due else "",
    }
    more = [] if due is None else _more(order, due, now, mine=mine)
    return " ".join([sentence % names, *more])


def _sentence(status: Status, *, mine: bool, in_time: bool) -> str:
    if in_time:
        return (_yours_by() if mine else _others_by())[status]
    return (_yours() if mine else _others())[status]


def _more(order: Order, due: datetime, now: datetime, *, mine: bool) -> list[str]:
    """That the answer is late, else within what time it usually comes where that is known."""
    if due <= now:
        return [_("The answer was due by %(when)s.") % {"when": _moment(due)}]
    usual = None if mine else usual_minutes(order)
    if usual is None:
        return []
    now_counts = answer_time(order)[0].is_working(now)
    words = (
        _("Usually within %(time)s.")
        if now_counts
        else _("Usually within %(time)s in working hours.")
    )
    return [words % {"time": _length(usual)}]


def _salesperson(order: Order, actor: Actor, person: Person | None) -> str:
    """Whoever answers for the customer now; the seller's name to a manufacturer, or if nobody."""
    if person is None or actor.side == Side.MANUFACTURER:
        return order.seller.name
    return person.name


def _moment(moment: datetime) -> str:
    """The time, with its day where that is not today."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localdate():
        return dates.format_time(local, "short", locale=formats.locale())
    return f"{formats.shortday(local)} {dates.format_time(local, 'short', locale=formats.locale())}"


def _length(minutes: int) -> str:
    """So many minutes, or hours from one and a half on, rounded up."""
    whole = max(STEP, math.ceil(minutes / STEP) * STEP)
    if whole > HOUR * 3 // 2:
        whole = math.ceil(whole / HOUR) * HOUR
    unit: Literal["hour", "minute"] = "minute" if whole % HOUR else "hour"
    length = timedelta(minutes=whole)
    return dates.format_timedelta(length, unit, threshold=1000, locale=formats.locale())


def _others() -> dict[Status, str]:
    return {
        Status.PLACED: _("Waiting for %(salesperson)s to confirm the price."),
        Status.WAITING: _("Waiting for %(buyer)s to answer."),
        Status.PRICE_CONFIRMED: _("The order is with %(manufacturer)s, waiting for approval."),
        Status.APPROVED: _("%(manufacturer)s is preparing the shipment."),
        Status.PARTLY_SHIPPED: _("A part is on its way. %(manufacturer)s ships the rest."),
        Status.SHIPPED: _("On its way. Waiting for %(buyer)s to confirm the delivery."),
    }


def _yours() -> dict[Status, str]:
    return {
        Status.PLACED: _("Waiting for you to confirm the price."),
        Status.WAITING: _("Waiting for your answer."),
        Status.PRICE_CONFIRMED: _("Waiting for your approval."),
        Status.APPROVED: _("Waiting for you to ship."),
        Status.PARTLY_SHIPPED: _("Waiting for you to ship the rest."),
        Status.SHIPPED: _("On its way. Confirm the delivery when it has arrived."),
    }


def _others_by() -> dict[Status, str]:
    return {
        Status.PLACED: _(
            "Waiting for %(salesperson)s to confirm the price, by %(when)s at the latest."
        ),
        Status.WAITING: _("Waiting for %(buyer)s to answer, by %(when)s at the latest."),
        Status.PRICE_CONFIRMED: _(
            "The order is with %(manufacturer)s, waiting for approval by %(when)s at the latest."
        ),
    }


def _yours_by() -> dict[Status, str]:
    return {
        Status.PLACED: _("Waiting for you to confirm the price, by %(when)s at the latest."),
        Status.WAITING: _("Waiting for your answer, by %(when)s at the latest."),
        Status.PRICE_CONFIRMED: _("Waiting for your approval, by %(when)s at the latest."),
    }
