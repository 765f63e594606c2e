"""What the product is for, as figures over 30, 90 or 365 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from babel.dates import format_skeleton
from babel.numbers import format_percent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.common.days import local_day
from tonerloop.orders import figures as counted
from tonerloop.orders.states import CancelReason
from tonerloop.parties.models import Seller
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old
from tonerloop.web.shared.templatetags.formats import decimal, locale, money

PERIODS = (30, 90, 365)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of a picture: its name, its length's number and what is written beside it."""

    label: str
    value: float
    text: str


@portal(Role.BACK_OFFICE)
@require_safe
@may_be_old
def figures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The seller's figures for the chosen period."""
    days = _period(request.GET.get("days", ""))
    since = timezone.now() - timedelta(days=days)
    seller = Seller.objects.get(pk=actor.seller_id or 0)
    whole, months = counted.waits(zone=seller.time_zone, seller_id=seller.pk, since=since)
    values = counted.values(zone=seller.time_zone, seller_id=seller.pk, since=since)
    returned = counted.returns(seller_id=seller.pk, since=since)
    context = {
        "days": days,
        "periods": PERIODS,
        "first_day": local_day(since, seller.time_zone),
        "misfits": counted.misfits(seller_id=seller.pk, since=since),
        "returns": returned,
        "wrong_share": _share(returned.wrong_share),
        "cancellations": _cancellations(counted.cancellations(seller_id=seller.pk, since=since)),
        "waits": _waits(whole),
        "confirmation_months": _trend([(w.month, w.confirmation) for w in months]),
        "approval_months": _trend([(w.month, w.approval) for w in months]),
        "values": _values(values),
    }
    return render(request, "seller/figures.html", context)


def _period(text: str) -> int:
    chosen = [days for days in PERIODS if text == str(days)]
    return chosen[0] if chosen else 90


def _cancellations(found: Sequence[tuple[CancelReason, int]]) -> list[Bar]:
    return [
        Bar(label=str(reason.label), value=count, text=_orders(count)) for reason, count in found
    ]


def _waits(whole: counted.Waits) -> list[dict[str, str | int]]:
    """From where to where, how many, median and 90th percentile, in words."""
    named = [
        (_("From order to price confirmation"), whole.confirmation),
        (_("From price confirmation to approval"), whole.approval),
    ]
    return [
        {"name": name, "count": m.count, "median": duration(m.median), "most": duration(m.most)}
        for name, m in named
    ]


def _trend(months: Sequence[tuple[date | None, counted.Minutes]]) -> list[Bar]:
    return [
        Bar(
            label=month_name(month),
            value=m.median,
            text=f"{duration(m.median)} · {duration(m.most)}",
        )
        for month, m in months
        if month and m.count
    ]


def _values(found: Sequence[counted.Value]) -> list[dict[str, object]]:
    """By currency: the months as bars, and the sum."""
    return [
        {"currency": currency, **_value_group(list(group), currency)}
        for currency, group in groupby(found, key=lambda value: value.currency)
    ]


def _value_group(group: list[counted.Value], currency: str) -> dict[str, object]:
    bars = [
        Bar(
            label=month_name(one.month),
            value=float(one.value),
            text=f"{money(one.value, currency)} · {_orders(one.orders)}",
        )
        for one in group
    ]
    total = sum((one.value for one in group), Decimal(0))
    return {"bars": bars, "total": total, "orders": sum(one.orders for one in group)}


def month_name(month: date) -> str:
    """A month as the reader writes it."""
    return format_skeleton("yMMM", month, locale=locale())


def duration(minutes: float) -> str:
    """Minutes as people say them: 38 min, 5 h 20 min, 2 days 4 h."""
    whole = round(minutes)
    if whole < 120:
        return _("%(minutes)d min") % {"minutes": whole}
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(days)d days %(hours)d h") % {"days": hours // 24, "hours": hours % 24}


def _share(percent: Decimal | None) -> str:
    return "" if percent is None else format_percent(percent / 100, "0.0%", locale=locale())


def _orders(count: int) -> str:
    words = ngettext("%(count)s order", "%(count)s orders", count)
    return words % {"count": decimal(count)}
