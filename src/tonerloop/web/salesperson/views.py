"""The salesperson's phone: what waits for a price confirmation, one order, its answers."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.live import topic_of
from tonerloop.web.shared import answers
from tonerloop.web.shared.order_lists import StatusFilter, rows, with_facts, with_reply
from tonerloop.web.shared.portal import portal

PHONE = answers.Desk(namespace="salesperson", frame="base_phone.html", after="queue")
PER_PAGE = 25


@portal(Role.SALESPERSON)
@require_safe
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Orders that wait for a price confirmation, oldest first."""
    mine = Order.objects.visible_to(actor).filter(status=Status.PLACED)
    waiting = with_reply(with_facts(mine)).order_by("placed_at", "pk")
    context = {"orders": list(waiting), "org_topic": topic_of(actor)}
    return _page(request, "queue", context)


@portal(Role.SALESPERSON)
@require_safe
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All orders of one's customers, newest first."""
    form = StatusFilter(request.GET, actor=actor)
    found = form.narrow(Order.objects.visible_to(actor))
    pages = Paginator(with_facts(found).order_by("-placed_at", "-pk"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": rows(page),
        "org_topic": topic_of(actor),
        "filtered": bool(form.chosen("q") or form.chosen("status")),
    }
    return _page(request, "orders", context)


@portal(Role.SALESPERSON)
@require_safe
def order(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One order: what is asked, why it costs that, and the answers."""
    found = answers.find(number, actor)
    return _page(request, "order", answers.answer_page(found, actor, PHONE))


@portal(Role.SALESPERSON)
@require_POST
def confirm(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The plain yes."""
    return answers.confirm(request, actor, number, desk=PHONE)


@portal(Role.SALESPERSON)
def change(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Other prices, another day, substitutes."""
    return answers.change(request, actor, number, desk=PHONE)


@portal(Role.SALESPERSON)
def ask(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A question to the buyer."""
    return answers.question(request, actor, number, desk=PHONE)


@portal(Role.SALESPERSON)
def cancel(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The end of the order, with a reason."""
    return answers.cancellation(request, actor, number, desk=PHONE)


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its live part where the open page asks for that."""
    part = "_live" if request.headers.get("HX-Request") else ""
    context["here"] = request.get_full_path()
    return render(request, f"salesperson/{name}{part}.html", context)
