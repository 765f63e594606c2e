"""The order screen: quantities are typed, kept, and taken on to review."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tonerloop.collection.actions.registering import register
from tonerloop.collection.band import band
from tonerloop.common.actor import Actor, Role
from tonerloop.common.days import local_day
from tonerloop.common.money import minor_digits
from tonerloop.orders.basket import (
    add_by_number,
    find_by_part_number,
    quantity_problem,
    set_quantities,
    take_out,
)
from tonerloop.orders.errors import Refused
from tonerloop.orders.order_screen import Sheet, order_screen
from tonerloop.pricing.prices import Price
from tonerloop.web.customer.collection_forms import RegisterForm
from tonerloop.web.customer.forms import OtherForm, plain
from tonerloop.web.customer.review import keep_wishes
from tonerloop.web.customer.sheet_lines import Lines, breaks_of
from tonerloop.web.shared.portal import portal


@portal(Role.BUYER)
def order(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The supply sheet; a POST keeps what was typed and goes where its button says."""
    if request.method != "POST":
        return render(request, "customer/order.html", page(order_screen(actor), actor))
    typed = {name: plain(text) for name, text in _quantities(request.POST)}
    problems = {name: said for name, text in typed.items() if (said := quantity_problem(text))}
    if not problems:
        try:
            set_quantities(_pairs(typed), by=actor)
        except Refused as error:
            problems = {error.field: error.message}
    if problems:
        form = RegisterForm(request.POST, actor=actor)
        context = page(order_screen(actor), actor, typed, problems, form)
        return render(request, "customer/order.html", context, status=422)
    if "register" in request.POST:
        return _register(request, actor)
    return redirect(f"customer:{_onward(request.POST)}")


# Where the sheet's buttons lead, once what was typed is kept; the main one goes to review.
ONWARD = ("other", "lists", "paste", "machines")


def _onward(post: QueryDict) -> str:
    return next((name for name in ONWARD if name in post), "review")


def _register(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take part in the collection service; the quantities typed above are kept already."""
    form = RegisterForm(request.POST, actor=actor)
    if form.is_valid():
        given = form.cleaned_data
        try:
            register(
                site_id=given["site"],
                contact=given["contact"],
                phone=given["phone"],
                way=given["way"],
                by=actor,
            )
            return redirect(reverse("customer:order") + "#collection")
        except Refused as refusal:
            form.refuse(refusal)
    context = page(order_screen(actor), actor, register_form=form)
    return render(request, "customer/order.html", context, status=422)


def page(
    sheet: Sheet,
    actor: Actor,
    typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    register_form: RegisterForm | None = None,
) -> dict[str, Any]:
    """Context of the sheet; what was typed wrongly stands in its field with a word beside it."""
    typed, problems = typed or {}, problems or {}
    lines = Lines(typed, problems)
    places = [{"place": place, "machines": lines.of(place)} for place in sheet.places]
    gone = [said for name, said in problems.items() if name not in sheet.fields]
    others = [{"line": one.line, **_running(one.steps, one.price)} for one in sheet.other_lines]
    context = {"others": others, "places": places, "problems": problems, "gone": gone}
    return {**context, **_band(sheet, actor, register_form)}


def _band(sheet: Sheet, actor: Actor, form: RegisterForm | None) -> dict[str, Any]:
    """The collection part: progress where the customer takes part, else the registration."""
    customer, seller = sheet.basket.customer, sheet.basket.customer.seller
    day = local_day(timezone.now(), seller.time_zone)
    shown = band(customer_id=customer.pk, seller_id=seller.pk, day=day)
    if shown.progress is None and form is None and seller.collector_id:
        form = RegisterForm(actor=actor)
    return {"band": shown, "register_form": form, "seller": seller}


def _running(steps: list[tuple[int, Decimal]], price: Price) -> dict[str, Any]:
    """What the page needs to add a quantity up as one types."""
    return {
        "breaks": breaks_of(steps),
        "minor": minor_digits(price.currency),
        "currency": price.currency,
    }


def _quantities(post: QueryDict) -> list[tuple[str, str]]:
    return [(name, str(post[name])) for name in post if name.startswith("q-")]


def _pairs(typed: dict[str, str]) -> dict[tuple[int, int], int]:
    pairs = {}
    for name, text in typed.items():
        parts = name.split("-")
        if len(parts) == 3 and all(p.isascii() and p.isdigit() and len(p) < 16 for p in parts[1:]):
            pairs[int(parts[1]), int(parts[2])] = int(text or 0)
    return pairs


@portal(Role.BUYER)
def other(request: HttpRequest, actor: Actor) -> HttpResponse:
    """An item asked for by part number; one that fits no machine is asked about first."""
    form = OtherForm(request.POST or None, actor=actor)
    if request.method != "POST" or not form.is_valid():
        return render(request, "customer/other.html", {"form": form}, status=_status(form))
    given = form.cleaned_data
    found = find_by_part_number(plain(given["part_number"]))
    if not found:
        form.add_error("part_number", _("We know no such part number. Check it on the old one."))
        return render(request, "customer/other.html", {"form": form}, status=422)
    meant = "meant" in request.POST
    try:
        line = add_by_number(found[0], given["quantity"], given["site"].pk, by=actor, meant=meant)
    except Refused as error:
        form.add_error(error.field, error.message)
        return render(request, "customer/other.html", {"form": form}, status=422)
    if line is None:
        return render(request, "customer/misfit.html", {"form": form, "item": found[0]})
    messages.success(request, _("%(part)s is in your order.") % {"part": found[0].part_number})
    return redirect("customer:order")


def _status(form: OtherForm) -> int:
    return 422 if form.errors else 200


@portal(Role.BUYER)
@require_POST
def take_line_out(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take out an item that was asked for by part number."""
    text = request.POST.get("line", "")
    if text.isascii() and text.isdigit() and len(text) < 16:
        take_out(int(text), by=actor)
    if "review" in request.POST:
        keep_wishes(request, actor)
    back = "customer:review" if "review" in request.POST else "customer:order"
    return redirect(back)
