"""The seller's answers to an order, the same from the salesperson's phone and the back office."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor
from tonerloop.common.days import local_day
from tonerloop.common.references import grouped
from tonerloop.orders.actions import Refused, ask, cancel, confirm_price, propose
from tonerloop.orders.due import with_due
from tonerloop.orders.floors import floors_of
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.orders.states import OPEN, LineState, Status
from tonerloop.orders.substitutes import substitutes_for
from tonerloop.pricing.prices import prices_for
from tonerloop.web.shared.answer_forms import (
    CancelForm,
    ChangesForm,
    QuestionForm,
    RefusableForm,
    shown_price,
)
from tonerloop.web.shared.orders import order_lines, order_page
from tonerloop.web.shared.price_reasons import reasons

RELATED = (
    "seller__working_time",
    "manufacturer__working_time",
    "site",
    "placed_by",
    "customer__salesperson",
    "customer__deputy",
    "customer__group",
    "confirmed_rule__set_by",
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The portal in which an answer is given: its address names, its frame, where it goes on."""

    namespace: str
    frame: str
    after: str  # the address that follows an answer: "queue", or "order" for the order itself

    def url(self, name: str, number: str) -> str:
        """The address of one of an order's pages in this portal."""
        return reverse(f"{self.namespace}:{name}", args=[number])

    def next(self, number: str) -> str:
        """Where the answerer goes on."""
        name = f"{self.namespace}:{self.after}"
        return reverse(name, args=[number] if self.after == "order" else [])

    def addresses(self, number: str) -> dict[str, str]:
        """The addresses of all answers to an order."""
        names = ("order", "confirm", "change", "ask", "cancel")
        return {name: self.url(name, number) for name in names}


def find(number: str, actor: Actor) -> Order:
    """The actor's order with all that its pages say of it."""
    orders: OrderQuerySet = with_due(Order.objects.visible_to(actor))
    return orders.select_related(*RELATED).get(number=number)


def answer_page(order: Order, actor: Actor, desk: Desk) -> dict[str, Any]:
    """Context of an order's page for somebody who may have to answer it."""
    page = order_page(order, actor)
    turn = order.status == Status.PLACED
    page["reasons"] = reasons(order, page["lines"], compare=turn)
    page["unpriced"] = any(line.unit_price is None for line in page["lines"])
    page["short"] = [reason for reason in page["reasons"] if reason.below_floor]
    page["early"] = turn and _is_early(order)
    page["unusual"] = page["early"] or any(reason.look.marks for reason in page["reasons"])
    page["to_confirm"] = turn
    page["may_cancel"] = order.may(Status.CANCELLED, actor)
    page["reply"] = _reply(order) if turn and order.version > 1 else None
    page["others"] = _others(order, actor, desk) if turn else []
    page["calls"] = calls = _calls(order)
    page["call"] = _whom_to_call(order, calls)
    page["urls"] = desk.addresses(order.number)
    return page


def confirm(request: HttpRequest, actor: Actor, number: str, *, desk: Desk) -> HttpResponse:
    """The plain yes."""
    meant = "below_floor" in request.POST
    try:
        order = confirm_price(
            number, by=actor, seen_version=seen_version(request), below_floor=meant
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
        # A price below the floor is ticked on the order's page, one that is missing named here.
        page = "order" if refusal.field == "below_floor" else "change"
        return redirect(desk.url(page, number))
    return done(request, order, desk)


def change(request: HttpRequest, actor: Actor, number: str, *, desk: Desk) -> HttpResponse:
    """Other prices, another day, substitutes."""
    order = find(number, actor)
    lines = [line for line in order_lines(order) if line.state != LineState.REJECTED]
    form = ChangesForm(
        request.POST or None,
        lines=lines,
        currency=order.currency,
        offers=_offers(order, lines),
        floors=floors_of(order, {line.consumable_id for line in lines}),
        day=order.agreed_date or order.expected_date,
    )
    if request.method == "POST" and form.is_valid():
        meant, version = form.cleaned_data["below_floor"], seen_version(request)
        try:
            order = propose(
                number, form.changes(), by=actor, seen_version=version, below_floor=meant
            )
            return done(request, order, desk)
        except Refused as refusal:
            form.refuse(refusal)
    return _form_page(request, "shared/answers/change.html", order, form, desk)


def question(request: HttpRequest, actor: Actor, number: str, *, desk: Desk) -> HttpResponse:
    """A question to the buyer; the order waits for the reply."""
    order = find(number, actor)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            words, version = form.cleaned_data["question"], seen_version(request)
            order = ask(number, words, by=actor, seen_version=version)
            return done(request, order, desk)
        except Refused as refusal:
            form.refuse(refusal)
    return _form_page(request, "shared/answers/ask.html", order, form, desk)


def cancellation(request: HttpRequest, actor: Actor, number: str, *, desk: Desk) -> HttpResponse:
    """The end of the order, with a reason."""
    order = find(number, actor)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, text = form.cleaned_data["reason"], form.cleaned_data["text"]
        try:
            order = cancel(number, reason, text, by=actor, seen_version=seen_version(request))
            return done(request, order, desk)
        except Refused as refusal:
            form.refuse(refusal)
    return _form_page(request, "shared/answers/cancel.html", order, form, desk)


def seen_version(request: HttpRequest) -> int:
    """The version of the order that the posted page showed; 0, and so stale, if it named none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _form_page(
    request: HttpRequest, template: str, order: Order, form: RefusableForm, desk: Desk
) -> HttpResponse:
    # A page that was answered keeps the version it was made from, so that a stale one stays so.
    version = seen_version(request) if form.is_bound else order.version
    context = {
        "frame": desk.frame,
        "order": order,
        "form": form,
        "version": version,
        "urls": desk.addresses(order.number),
    }
    return TemplateResponse(request, template, context, status=422 if form.is_bound else 200)


def done(request: HttpRequest, order: Order, desk: Desk) -> HttpResponse:
    """On to the next page, saying what the answer led to."""
    names = {
        "number": grouped(order.number),
        "customer": order.customer.name,
        "manufacturer": order.manufacturer.name,
    }
    messages.success(request, _words(Status(order.status)) % names)
    return redirect(desk.next(order.number))


def _words(status: Status) -> str:
    match status:
        case Status.PRICE_CONFIRMED:
            return _("Sent to %(manufacturer)s: order %(number)s of %(customer)s.")
        case Status.CANCELLED:
            return _("Cancelled: order %(number)s of %(customer)s. The buyer is told.")
        case _:
            return _("Waiting for the buyer’s answer: order %(number)s of %(customer)s.")


def _is_early(order: Order) -> bool:
    """True if the customer wants it before it can be expected."""
    return order.requested_date is not None and order.requested_date < order.expected_date


def _reply(order: Order) -> Any:
    replied = order.proposals.filter(answer="reply")
    return replied.select_related("answered_by").order_by("-pk").first()


def _others(order: Order, actor: Actor, desk: Desk) -> list[dict[str, Any]]:
    open_ones = Order.objects.visible_to(actor).filter(
        customer_id=order.customer_id, status__in=OPEN
    )
    others = open_ones.exclude(pk=order.pk).order_by("-placed_at", "-pk")[:10]
    return [{"order": other, "address": desk.url("order", other.number)} for other in others]


def _calls(order: Order) -> dict[str, str]:
    """Telephone numbers as a phone dials them."""
    numbers = {
        "buyer": order.placed_by.phone,
        "customer": order.customer.phone,
        "site": order.site.phone,
    }
    return {whose: re.sub(r"[^0-9+*#]", "", number) for whose, number in numbers.items()}


def _whom_to_call(order: Order, calls: dict[str, str]) -> dict[str, str] | None:
    """The nearest to the order who has a telephone: the buyer, the site, the customer."""
    names = {
        "buyer": order.placed_by.name,
        "site": order.site.name,
        "customer": order.customer.name,
    }
    reachable = (whose for whose in names if calls[whose])
    return next(({"name": names[whose], "number": calls[whose]} for whose in reachable), None)


def _offers(order: Order, lines: list[OrderLine]) -> dict[int, list[tuple[int, str]]]:
    """By line, the substitutes that fit its machine, each with this customer's price of it."""
    found = {line.pk: list(substitutes_for(line, order)) for line in lines}
    prices = prices_for(
        seller_id=order.seller_id,
        customer_id=order.customer_id,
        group_id=order.customer.group_id,
        day=local_day(order.placed_at, order.seller.time_zone),
        consumables={item.pk for items in found.values() for item in items},
    )
    quantities = {line.pk: line.ordered_quantity for line in lines}

    def words(item: Any, quantity: int) -> str:
        price = prices[item.pk]
        name = f"{item.part_number} {item.name}".strip()
        if price.unit_price is None:
            return _("%(item)s (price on request)") % {"item": name}
        shown = f"{shown_price(price.at(quantity), price.currency)} {price.currency}"
        return _("%(item)s (agreed: %(price)s)") % {"item": name, "price": shown}

    return {
        pk: [(item.pk, words(item, quantities[pk])) for item in items]
        for pk, items in found.items()
    }
