"""The salesperson's phone: what waits for a price confirmation, one order, its answers."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.live import topic_of
from tonerloop.web.salesperson.kept import answered
from tonerloop.web.shared import answers
from tonerloop.web.shared.order_facts import with_facts, with_reply
from tonerloop.web.shared.order_lists import StatusFilter, listed, rows
from tonerloop.web.shared.portal import portal

PHONE = answers.Desk(namespace="salesperson", frame="salesperson/frame.html", after="queue")
PER_PAGE = 25
SHOWN = 50  # the oldest that wait; the next come as these are answered
# What the pages need where there is no reception, and what the worker itself is made of.
ASSETS = (
    "tonerloop/tonerloop.css",
    "tonerloop/tonerloop.js",
    "tonerloop/logo.svg",
    "tonerloop/favicon.svg",
    "tonerloop/icon-192.png",
    "vendor/htmx.min.js",
    "tonerloop/kept.js",
    "tonerloop/phone.js",
    "salesperson/queue.js",
    "salesperson/sales.js",
    "salesperson/manifest.webmanifest",
)
SCRIPTS = ("tonerloop/kept.js", "tonerloop/worker.js", "salesperson/queue.js")


@portal(Role.SALESPERSON)
@require_safe
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Orders that wait for a price confirmation, oldest first."""
    mine = Order.objects.visible_to(actor).filter(status=Status.PLACED)
    waiting = with_reply(with_facts(mine)).order_by("placed_at", "pk")
    shown = list(waiting[:SHOWN])
    count = mine.count() if len(shown) == SHOWN else len(shown)
    context = {"orders": shown, "count": count, "org_topic": topic_of(actor)}
    return _page(request, actor, "queue", context)


@portal(Role.SALESPERSON)
@require_safe
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All orders of one's customers, newest first."""
    form = StatusFilter(request.GET, actor=actor)
    found = form.narrow(Order.objects.visible_to(actor))
    page = listed(found, ("-placed_at", "-pk"), PER_PAGE, request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": rows(page),
        "org_topic": topic_of(actor),
        "filtered": bool(form.chosen("q") or form.chosen("status")),
    }
    return _page(request, actor, "orders", context)


@portal(Role.SALESPERSON)
@require_safe
def order(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One order: what is asked, why it costs that, and the answers."""
    found = answers.find(number, actor)
    page = _page(request, actor, "order", answers.answer_page(found, actor, PHONE))
    page.headers["Tonerloop-Version"] = str(found.version)
    return page


@portal(Role.SALESPERSON)
@require_POST
def confirm(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The plain yes."""
    return _answer(request, actor, number, answers.confirm)


@portal(Role.SALESPERSON)
def change(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """Other prices, another day, substitutes."""
    return _answer(request, actor, number, answers.change)


@portal(Role.SALESPERSON)
def ask(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """A question to the buyer."""
    return _answer(request, actor, number, answers.question)


@portal(Role.SALESPERSON)
def cancel(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The end of the order, with a reason."""
    return _answer(request, actor, number, answers.cancellation)


@portal(Role.SALESPERSON)
@require_safe
def not_kept(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the phone shows without reception for a page that it has not kept."""
    return _page(request, actor, "not_kept", {})


@never_cache
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for the server where there is no reception; the same for everybody.

    Browsers look for a newer one also while nobody is logged in.
    """
    facts = {
        "assets": [static(name) for name in ASSETS],
        "scripts": [static(name) for name in SCRIPTS],
        "icon": static("tonerloop/icon-192.png"),
        "home": reverse("salesperson:queue"),
        "notKept": reverse("salesperson:not_kept"),
        "longest": settings.SESSION_COOKIE_AGE,  # nobody is logged in for longer
        "csrf": settings.CSRF_COOKIE_NAME,
    }
    context = {"facts": json.dumps(facts)}
    return render(request, "salesperson/sw.js", context, content_type="text/javascript")


def _answer(
    request: HttpRequest, actor: Actor, number: str, give: Callable[..., HttpResponse]
) -> HttpResponse:
    """The form of an answer; or the answer itself, once."""
    if request.method == "POST":
        return answered(
            request, actor, number, lambda: give(request, actor, number, desk=PHONE), desk=PHONE
        )
    page = give(request, actor, number, desk=PHONE)
    if isinstance(page, TemplateResponse) and page.context_data:
        page.headers["Tonerloop-Version"] = str(page.context_data["version"])
    return _whose(page, actor)


def _page(request: HttpRequest, actor: Actor, name: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only its live part where the open page asks for that."""
    part = "_live" if request.headers.get("HX-Request") else ""
    context["here"] = request.get_full_path()
    return _whose(render(request, f"salesperson/{name}{part}.html", context), actor)


def _whose(page: HttpResponse, actor: Actor) -> HttpResponse:
    """Say whose page it is, since the worker keeps those of one person in one role only."""
    page.headers["Tonerloop-Person"] = f"{actor.person_id}-{actor.membership_id}"
    return page
