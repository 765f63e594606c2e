"""The desk answers an approval request line by line."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.actions import Refused, answer_lines
from tonerloop.orders.models import LineAnswer, Order
from tonerloop.orders.states import LineState, Status
from tonerloop.web.manufacturer.line_forms import LinesForm
from tonerloop.web.manufacturer.orders import answered_words, expected, find
from tonerloop.web.shared.answers import seen_version
from tonerloop.web.shared.line_answers import latest_answers, with_answers
from tonerloop.web.shared.orders import order_lines
from tonerloop.web.shared.portal import portal


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def lines(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A form with all lines; some may be left for later."""
    order = find(number, actor)
    if request.method != "POST" and not order.may(Status.APPROVED, actor):
        return redirect("manufacturer:order", number)
    form = _form(request, actor, order)
    if form.is_bound and form.is_valid():
        reference, version = form.cleaned_data["reference"], seen_version(request)
        try:
            said = form.answers()
            order = answer_lines(number, said, reference, by=actor, seen_version=version)
            messages.success(request, answered_words(order))
            open_still = order.status == Status.PRICE_CONFIRMED
            return redirect(
                *("manufacturer:order", number) if open_still else ("manufacturer:requests",)
            )
        except Refused as refusal:
            form.refuse(refusal)
    context = {
        "form": form,
        "order": order,
        "day": order.agreed_date or order.expected_date,
        # A page that was answered keeps the version it was made from, so that a stale one stays so.
        "version": seen_version(request) if form.is_bound else order.version,
    }
    status = 422 if form.is_bound else 200
    return render(request, "manufacturer/lines.html", context, status=status)


def _form(request: HttpRequest, actor: Actor, order: Order) -> LinesForm:
    asked = [line for line in order_lines(order) if line.state != LineState.REJECTED]
    with_answers(order, asked, actor)
    said = latest_answers(order)
    before = LineAnswer.objects.filter(line__order=order).select_related("substitute")
    earlier = {one.line_id: one for one in before.order_by("pk")}
    initial = {"promised_date": expected(order), "reference": order.manufacturer_reference}
    return LinesForm(
        request.POST or None,
        order=order,
        lines=asked,
        said=said,
        earlier=earlier,
        initial=initial,
    )
