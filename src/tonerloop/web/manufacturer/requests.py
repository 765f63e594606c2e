"""What waits for the desk's approval, and all its orders."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.common.references import grouped, is_valid
from tonerloop.orders.actions import Refused, Stale, approve
from tonerloop.orders.due import with_due
from tonerloop.orders.models import ApprovalRequest, LineAnswer, Order
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.orders.states import IllegalMove, Status
from tonerloop.outbound.live import topic_of
from tonerloop.web.manufacturer.forms import DeskFilter
from tonerloop.web.manufacturer.orders import answered_words
from tonerloop.web.manufacturer.purchases import with_purchase
from tonerloop.web.shared.pages import page_of
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.refusals import refusal_words

PER_PAGE = 25
MOST_AT_ONCE = 100


@portal(Role.ORDER_DESK)
@require_safe
def requests(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Approval requests, oldest first."""
    waiting = Order.objects.visible_to(actor).filter(status=Status.PRICE_CONFIRMED)
    page = page_of(_with_request(waiting, "confirmed_at", "pk"), PER_PAGE, request.GET.get("page"))
    shipping = Order.objects.visible_to(actor).filter(
        status__in=(Status.APPROVED, Status.PARTLY_SHIPPED)
    )
    context = {
        "page": page,
        "orders": with_purchase(page),
        "to_ship": shipping.count(),
        "org_topic": topic_of(actor),
    }
    return _page(request, "requests", context)


@portal(Role.ORDER_DESK)
@require_safe
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All orders that came to this manufacturer, newest first."""
    form = DeskFilter(request.GET, actor=actor)
    found = form.narrow(Order.objects.visible_to(actor))
    page = page_of(_with_request(found, "-placed_at", "-pk"), PER_PAGE, request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "orders": with_purchase(page),
        "filtered": form.in_use,
        "org_topic": topic_of(actor),
    }
    return _page(request, "orders", context)


def _with_request(orders: OrderQuerySet, *sequence: str) -> OrderQuerySet:
    """Add `asked_at`, when the order came to the desk (the last time), and its deadlines."""
    asked = ApprovalRequest.objects.filter(order=OuterRef("pk")).order_by("-pk")
    related = ("seller", "customer", "site")
    at = Subquery(asked.values("opened_at")[:1])
    found = with_due(orders).select_related(*related)
    # How many lines are answered; an answer of several parts has begun, but waits for the rest.
    begun = LineAnswer.objects.filter(request__order=OuterRef("pk"), request__closed_at=None)
    said = Subquery(begun.order_by().values("request").annotate(n=Count("pk")).values("n"))
    return found.annotate(asked_at=at, lines_answered=said).order_by(*sequence)


@portal(Role.ORDER_DESK)
@require_POST
def approve_many(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Approve the checked requests, each for the day the customer expects it."""
    chosen = request.POST.getlist("number")[:MOST_AT_ONCE]
    done = 0
    for text in chosen:
        number, _colon, version = text.partition(":")
        if not is_valid(number):
            raise Order.DoesNotExist
        order = Order.objects.visible_to(actor).get(number=number)
        try:
            day = order.agreed_date or order.expected_date
            seen = int(version) if version.isdecimal() and len(version) < 10 else 0
            order = approve(number, day, by=actor, seen_version=seen)
            if order.status == Status.APPROVED:
                done += 1
            else:  # lines that were answered before are now put to the buyer or the seller
                messages.info(request, answered_words(order))
        except (Refused, Stale, IllegalMove) as refusal:
            messages.error(request, f"{grouped(number)}: {refusal_words(refusal)}")
    if done:
        words = ngettext("%(count)d order approved.", "%(count)d orders approved.", done)
        messages.success(request, words % {"count": done})
    elif not chosen:
        messages.error(request, _("Check the requests that you approve first."))
    return redirect("manufacturer:requests")


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its live part where the open page asks for that."""
    part = "_live" if request.headers.get("HX-Request") else ""
    context["here"] = request.get_full_path()
    return render(request, f"manufacturer/{name}{part}.html", context)
