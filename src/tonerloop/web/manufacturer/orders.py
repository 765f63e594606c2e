"""One order at the desk: approve, cancel, ship, report the delivery."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.common.days import local_day
from tonerloop.common.references import grouped
from tonerloop.orders.actions import Refused, approve, cancel, report_delivery, ship
from tonerloop.orders.due import with_due
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.actions import mark_fetched
from tonerloop.web.manufacturer.forms import ApproveForm, DeskCancelForm, ShipForm
from tonerloop.web.manufacturer.purchases import with_purchase
from tonerloop.web.shared.answer_forms import RefusableForm
from tonerloop.web.shared.answers import seen_version
from tonerloop.web.shared.orders import order_lines, order_page, reads_prices
from tonerloop.web.shared.portal import portal

RELATED = (
    "seller__working_time",
    "manufacturer__working_time",
    "site",
    "placed_by",
    "customer__salesperson",
)


def find(number: str, actor: Actor) -> Order:
    """The manufacturer's order with all that its pages say of it."""
    mine = with_due(Order.objects.visible_to(actor))
    return mine.select_related(*RELATED).get(number=number)


@portal(Role.ORDER_DESK)
@require_safe
def order(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Everything about one order; who looks at it has received it."""
    found = find(number, actor)
    mark_fetched(found.pk, timezone.now())
    return _show(request, actor, found)


def _show(
    request: HttpRequest, actor: Actor, order: Order, status: int = 200, **forms: RefusableForm
) -> HttpResponse:
    page = order_page(order, actor)
    day = expected(order)
    context: dict[str, Any] = {
        **page,
        "purchase": with_purchase([order])[0],
        "shows_prices": reads_prices(actor, order),
        "day": order.agreed_date or order.expected_date,
        "may_approve": order.may(Status.APPROVED, actor),
        "may_cancel": order.may(Status.CANCELLED, actor),
        "may_ship": order.may(Status.SHIPPED, actor),
        "may_deliver": order.may(Status.DELIVERED, actor),
        "approve_form": ApproveForm(initial={"promised_date": day}),
        "cancel_form": DeskCancelForm(),
        "ship_form": ShipForm(lines=page["lines"]),
        "version": seen_version(request) if forms else order.version,
        "open": next(iter(forms), ""),
        "here": reverse("manufacturer:order", args=[order.number]),
        **forms,
    }
    part = "_live" if request.headers.get("HX-Request") else ""
    return render(request, f"manufacturer/order{part}.html", context, status=status)


def expected(order: Order) -> Any:
    """The day that the desk is offered to promise: the agreed one, or today where that passed."""
    today = local_day(timezone.now(), order.seller.time_zone)
    return max(order.agreed_date or order.expected_date, today)


@portal(Role.ORDER_DESK)
@require_POST
def approved(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The yes, with a promised day."""
    order, form = find(number, actor), ApproveForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            order = approve(
                number,
                given["promised_date"],
                given["reference"],
                by=actor,
                seen_version=seen_version(request),
            )
            return _done(request, answered_words(order), number, "requests")
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, actor, order, 422, approve_form=form)


def answered_words(order: Order) -> str:
    """What an answer of the desk has led to."""
    return _led_to(order) % {"number": grouped(order.number)}


def _led_to(order: Order) -> str:
    match Status(order.status):
        case Status.PRICE_CONFIRMED:
            return _("Kept. Order %(number)s waits for the other lines.")
        case Status.WAITING if order.proposals.filter(answered_at=None, new_date=None).exists():
            return _("Order %(number)s waits for the buyer’s yes to what you changed.")
        case Status.WAITING:
            return _("The day is later than agreed, so order %(number)s waits for the buyer’s yes.")
        case Status.PLACED:
            return _("The seller decides about the purchase price of order %(number)s.")
        case Status.CANCELLED:
            return _("Cancelled: order %(number)s. Buyer and seller are told.")
        case _:
            return _("Approved: order %(number)s. Buyer and seller are told.")


@portal(Role.ORDER_DESK)
@require_POST
def cancelled(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The no, with a reason."""
    order, form = find(number, actor), DeskCancelForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            seen = seen_version(request)
            cancel(number, given["reason"], given["text"], by=actor, seen_version=seen)
            words = _("Cancelled: order %(number)s. Buyer and seller are told.")
            return _done(request, words % {"number": grouped(number)}, number, "requests")
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, actor, order, 422, cancel_form=form)


@portal(Role.ORDER_DESK)
@require_POST
def shipped(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """What left."""
    order = find(number, actor)
    form = ShipForm(request.POST, lines=order_lines(order))
    if form.is_valid():
        try:
            order = ship(
                number,
                form.quantities(),
                by=actor,
                carrier=form.cleaned_data["carrier"],
                tracking_number=form.cleaned_data["tracking_number"],
                seen_version=seen_version(request),
            )
            return _done(request, _("The shipment is recorded."), number)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, actor, order, 422, ship_form=form)


@portal(Role.ORDER_DESK)
@require_POST
def delivered(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """What was shipped has arrived."""
    report_delivery(number, by=actor, seen_version=seen_version(request))
    return _done(request, _("The delivery is recorded."), number)


def _done(request: HttpRequest, words: str, number: str, after: str = "order") -> HttpResponse:
    messages.success(request, words)
    arguments = [number] if after == "order" else []
    return redirect(reverse(f"manufacturer:{after}", args=arguments))
