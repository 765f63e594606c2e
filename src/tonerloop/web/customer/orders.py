"""The buyer's orders: finding, following, cancelling, answering, confirming deliveries."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.common.references import is_valid, normalised
from tonerloop.orders.actions import accept_change, cancel, decline_change, reply, report_delivery
from tonerloop.orders.due import with_due
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order
from tonerloop.orders.saved_lists import save_order
from tonerloop.orders.states import Status
from tonerloop.outbound.live import topic_of
from tonerloop.web.customer.forms import CancelForm, FindForm, ListNameForm, ReplyForm
from tonerloop.web.shared.answers import seen_version
from tonerloop.web.shared.order_lists import in_status, matching
from tonerloop.web.shared.orders import order_page
from tonerloop.web.shared.portal import portal

PER_PAGE = 25
WAITING = Status.WAITING


@portal(Role.BUYER)
@require_safe
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All orders of the buyer's sites, newest first."""
    form = FindForm(request.GET)
    form.is_valid()
    text = form.cleaned_data.get("q", "")
    found = Order.objects.visible_to(actor).select_related("manufacturer")
    # Of a customer these are few: each once, not one more look-up for each order.
    found = found.prefetch_related("site", "placed_by")
    found = matching(in_status(found, form.cleaned_data.get("status", "")), text)
    page = Paginator(found.order_by("-placed_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "org_topic": topic_of(actor),
        "here": request.get_full_path(),
        "searched": bool(text or form.cleaned_data.get("status")),
        "mistyped": _mistyped(text),
    }
    return render(request, "customer/orders.html", context)


def _mistyped(text: str) -> bool:
    """True for ten digits whose last one does not check the others: a slip, not an unknown one."""
    digits = normalised(text)
    return len(digits) == 10 and digits.isdigit() and not is_valid(digits)


@portal(Role.BUYER)
@require_safe
def one(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One order with its timeline and what can be done now."""
    return _show(request, actor, number)


def _show(
    request: HttpRequest, actor: Actor, number: str, status: int = 200, **changed: forms.Form
) -> HttpResponse:
    related = (
        "seller__working_time",
        "customer__seller",
        "customer__salesperson",
        "manufacturer__working_time",
        "site",
        "placed_by",
        "confirmed_rule__set_by",
    )
    mine = with_due(Order.objects.visible_to(actor))
    order = mine.select_related(*related).get(number=number)
    context: dict[str, Any] = {
        **order_page(order, actor),
        "may_cancel": order.may(Status.CANCELLED, actor),
        "may_confirm_delivery": order.may(Status.DELIVERED, actor),
        "cancel_form": CancelForm(),
        "reply_form": ReplyForm(),
        "list_form": ListNameForm(),
        "open_cancel": "cancel_form" in changed,
        "open_save": "list_form" in changed,
        # A page that was answered keeps the version it was made from, so that a stale one stays so.
        "version": seen_version(request) if changed else order.version,
        "here": order_url(order),
        **changed,
    }
    return render(request, "customer/one.html", context, status=status)


def order_url(order: Order) -> str:
    """The order's page, which its live part fetches again."""
    return reverse("customer:one", args=[order.number])


@portal(Role.BUYER)
@require_POST
def cancelled(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Cancel while that is allowed."""
    form = CancelForm(request.POST)
    Order.objects.visible_to(actor).get(number=number)
    if form.is_valid():
        try:
            given = form.cleaned_data
            cancel(
                number, given["reason"], given["text"], by=actor, seen_version=seen_version(request)
            )
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    if form.errors:
        return _show(request, actor, number, 422, cancel_form=form)
    messages.success(request, _("The order is cancelled. Your seller is told."))
    return redirect("customer:one", number)


@portal(Role.BUYER)
@require_POST
def answered(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Accept, decline or reply to what waits for the buyer."""
    form, seen = ReplyForm(request.POST), seen_version(request)
    Order.objects.visible_to(actor).get(number=number)
    if form.is_valid():
        try:
            said = _answer(request, actor, number, form.cleaned_data["reply"], seen)
        except Refused as refused:
            form.add_error("reply", refused.message)
    if form.errors:
        return _show(request, actor, number, 422, reply_form=form)
    messages.success(request, said)
    return redirect("customer:one", number)


def _answer(request: HttpRequest, actor: Actor, number: str, text: str, seen: int) -> str:
    said = request.POST.get("answer")
    mine = Order.objects.visible_to(actor).filter(number=number, version=seen, status=WAITING)
    # An order that has moved on is told first: by the verb, as every late answer.
    if said in ("accept", "decline") and text.strip() and mine.exists():
        raise Refused("reply", _("You typed a reply. Send it, or empty its field first."))
    match said:
        case "accept":
            given = request.POST.getlist("declined")
            declined = [int(i) for i in given if i.isascii() and i.isdigit() and len(i) < 16]
            accept_change(number, by=actor, declined=declined, seen_version=seen)
            return _("Accepted. The order goes on.")
        case "decline":
            decline_change(number, by=actor, seen_version=seen)
            return _("Declined. What you declined is not delivered.")
        case _:
            reply(number, text, by=actor, seen_version=seen)
            return _("Your reply is on its way.")


@portal(Role.BUYER)
@require_POST
def saved(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Keep the order's lines as a list."""
    form = ListNameForm(request.POST)
    Order.objects.visible_to(actor).get(number=number)
    if form.is_valid():
        try:
            kept = save_order(number, form.cleaned_data["name"], by=actor)
            messages.success(request, _("The list “%(name)s” is saved.") % {"name": kept.name})
            return redirect("customer:lists")
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, actor, number, 422, list_form=form)


@portal(Role.BUYER)
@require_POST
def delivered(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """What was shipped has arrived."""
    nothing_more = "nothing_more" in request.POST
    report_delivery(number, by=actor, nothing_more=nothing_more, seen_version=seen_version(request))
    messages.success(request, _("Thank you: the delivery is confirmed."))
    return redirect("customer:one", number)
