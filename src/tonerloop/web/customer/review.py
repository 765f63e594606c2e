"""Review, confirmation, and what comes after it."""

import json
import re
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tonerloop.common.actor import Actor, Role, known
from tonerloop.orders.actions import NotOrderable, PricesChanged, Wishes, place
from tonerloop.orders.basket import open_basket, own_sites, set_wishes, ship_lines_to
from tonerloop.orders.doubles import likely_doubles
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.orders.quote import Quote, QuotedOrder, quote
from tonerloop.points.standing import Purse, purses_of
from tonerloop.web.customer.forms import PointsForm, SpendingForm, WishesForm
from tonerloop.web.shared.portal import portal

# A line as `Quote.seen` writes it: part number, quantity, site, unit price or None, currency.
_SHOWN = re.compile(
    r".*\|([0-9]{1,4})\|[0-9]+\|(?:None|([0-9]{1,12}(?:\.[0-9]{1,2})?))\|([A-Z]{3})"
)


@portal(Role.BUYER)
def review(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the basket becomes; the POST confirms it, once however often it comes."""
    if request.method == "POST":
        return _confirm(request, actor)
    basket = open_basket(actor)
    quoted = quote(basket, by=actor, shown=True)
    wishes = {"reference": basket.reference, "requested_date": basket.requested_date}
    form = PointsForm(initial=wishes, purses=_purses(quoted))
    return _show(request, actor, quoted, form)


def _purses(quoted: Quote) -> list[Purse]:
    """The customer's points that can be used here: in the currency of one of the orders."""
    customer = quoted.basket.customer
    found = purses_of(customer_id=customer.pk, seller_id=customer.seller_id, day=quoted.day)
    currencies = {order.currency for order in quoted.orders}
    return [purse for purse in found if purse.points and purse.currency in currencies]


def _confirm(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = SpendingForm(request.POST)  # nothing is looked up: placing stays cheap
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        return redirect("customer:review")
    if not form.is_valid():
        return _again(request, actor, form)
    given = form.cleaned_data
    wishes = Wishes(
        given["reference"],
        given["requested_date"],
        spending=form.spending(),
    )
    try:
        place(key, seen=_seen(request), by=actor, wishes=wishes)
    except PricesChanged as changed:
        return _show(request, actor, changed.now, form, before=dict(changed.seen), status=409)
    except NotOrderable:
        return _again(request, actor, form)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return _again(request, actor, form)
    return redirect("customer:placed", key)


def _again(request: HttpRequest, actor: Actor, form: PointsForm) -> HttpResponse:
    return _show(request, actor, quote(open_basket(actor), by=actor, shown=True), form, status=422)


def _drawn(request: HttpRequest, form: PointsForm, quoted: Quote) -> PointsForm:
    """The posted form as the page draws it: with the points there are, and what was wrong."""
    if request.method != "POST":
        return form
    drawn = PointsForm(request.POST, purses=_purses(quoted))
    drawn.is_valid()
    for name, said in form.errors.items():
        drawn.errors[name if name in drawn.fields else "__all__"] = said
    return drawn


def _seen(request: HttpRequest) -> dict[str, str]:
    """What the page showed; something unreadable counts as nothing seen."""
    try:
        seen = json.loads(request.POST.get("seen", ""))
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in seen.items()} if isinstance(seen, dict) else {}


def _show(
    request: HttpRequest,
    actor: Actor,
    quoted: Quote,
    form: PointsForm,
    *,
    before: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    doubles = likely_doubles(quoted, by=actor)
    context = {
        "quote": quoted,
        "seen": json.dumps(quoted.seen()),
        "form": _drawn(request, form, quoted),
        "sites": list(own_sites(actor).order_by("name")),
        "orders": [_order(one) for one in quoted.orders],
        "doubles": [{"double": d, "own": d.is_own(actor)} for d in doubles],
        "changed": before is not None,
        "changes": _changes(quoted, before) if before is not None else [],
    }
    return render(request, "customer/review.html", context, status=status)


def _order(one: QuotedOrder) -> dict[str, Any]:
    first = one.lines[0].basket_line
    return {
        "order": one,
        "manufacturer": first.consumable.manufacturer,
        "site": first.site,
        "line_ids": ",".join(str(line.basket_line.pk) for line in one.lines),
    }


def _changes(quoted: Quote, before: dict[str, str]) -> list[dict[str, Any]]:
    """Lines that are not as the buyer saw them, old and new."""
    now = quoted.seen()
    rows = []
    for line in quoted.lines:
        name = f"line-{line.basket_line.pk}"
        if before.get(name) != now[name]:
            rows.append({"line": line, "old": _old(before.get(name, ""))})
    return rows


def _old(text: str) -> dict[str, Any] | None:
    # It came back from a browser, so it is what it says only if it looks like it.
    shown = _SHOWN.fullmatch(text)
    if shown is None:
        return None
    quantity, price, currency = shown.groups()
    return {"quantity": quantity, "price": price, "currency": currency}


@portal(Role.BUYER)
@require_POST
def ship_to(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Send the lines of one order of the review to another site."""
    ids = [int(i) for i in request.POST.get("lines", "").split(",") if _is_id(i)]
    site = request.POST.get("site", "")
    if not _is_id(site):
        raise Refused("site", _("Choose one of your own sites."))
    keep_wishes(request, actor)
    ship_lines_to(ids, int(site), by=actor)
    return redirect("customer:review")


def keep_wishes(request: HttpRequest, actor: Actor) -> None:
    """Keep what was typed at review before another of its forms was sent, if it holds."""
    form = WishesForm(request.POST)
    if "reference" in request.POST and form.is_valid():
        given = form.cleaned_data
        with suppress(Refused):  # a day that is past is told at the confirmation
            set_wishes(given["reference"], given["requested_date"], by=actor)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


@portal(Role.BUYER)
def placed(request: HttpRequest, actor: Actor, key: UUID) -> HttpResponse:
    """What was ordered, and how to go on."""
    own = Order.objects.visible_to(actor).filter(placed_by_id=known(actor.person_id))
    found = own.filter(basket__key=key).order_by("pk")
    orders = list(found.select_related("manufacturer", "site", "customer__seller"))
    if not orders:
        raise Order.DoesNotExist
    return render(request, "customer/placed.html", {"orders": orders})
