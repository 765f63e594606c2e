"""The driver's phone: the day's stops, what happened at each, with reception or without."""

import json
from datetime import date
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tonerloop.collection.actions.driving import report_stop
from tonerloop.collection.models import CollectionRequest
from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.days import local_day
from tonerloop.orders.errors import Refused
from tonerloop.outbound.live import topic_of
from tonerloop.parties.models import Collector
from tonerloop.web.driver import route, telling
from tonerloop.web.driver.forms import ReportForm
from tonerloop.web.shared.headers import powers
from tonerloop.web.shared.portal import portal

# What the page needs where there is no reception.
ASSETS = (
    "tonerloop/tonerloop.css",
    "tonerloop/tonerloop.js",
    "tonerloop/logo.svg",
    "tonerloop/favicon.svg",
    "vendor/htmx.min.js",
    "tonerloop/kept.js",
    "tonerloop/phone.js",
    "driver/queue.js",
    "driver/driver.js",
    "driver/manifest.webmanifest",
)
SCRIPTS = ("tonerloop/kept.js", "tonerloop/worker.js", "driver/queue.js")  # of the worker


@portal(Role.DRIVER)
@require_safe
def stops(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The stops of a day, in order."""
    return _show(request, actor, _asked_day(request) or _today(actor))


@portal(Role.DRIVER)
@require_POST
def report(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """What happened at a stop, from a browser without scripts."""
    stop = CollectionRequest.objects.visible_to(actor).get(number=number)
    form = ReportForm(request.POST, auto_id=f"{number}-%s")
    day = stop.day or _today(actor)
    if form.is_valid():
        told = telling.told(form, key=_key(request), number=number, at=timezone.now())
        try:
            if report_stop(told, by=actor).applied:
                messages.success(request, _("Reported."))
            else:
                words = _("The stop had changed before. Your report is kept, the office sees it.")
                messages.info(request, words)
            return redirect(f"{reverse('driver:stops')}?day={day.isoformat()}")
        except Refused as refusal:
            form.refuse(refusal)
    return _show(request, actor, day, typed={number: form})


@portal(Role.DRIVER)
@require_POST
def reports(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a phone has kept; each report is applied by itself, and told again it is the same."""
    try:
        batch = telling.read(request)
    except telling.Malformed as error:
        return JsonResponse({"problem": error.words}, status=422)
    if batch.driver_id != actor.person_id:
        words = _("Somebody else is logged in. Only who made these reports can send them.")
        return JsonResponse({"problem": words}, status=409)
    return JsonResponse({"reports": [telling.apply(one, actor) for one in batch.reports]})


@portal(Role.DRIVER)
@require_safe
def worker(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The script that answers for the server where there is no reception."""
    facts = {
        "assets": [static(name) for name in ASSETS],
        "home": reverse("driver:stops"),
        "scripts": [static(name) for name in SCRIPTS],
        "reports": reverse("driver:reports"),
        "csrf": settings.CSRF_COOKIE_NAME,
    }
    return render(
        request, "driver/sw.js", {"facts": json.dumps(facts)}, content_type="text/javascript"
    )


def _show(
    request: HttpRequest, actor: Actor, day: date, typed: dict[str, ReportForm] | None = None
) -> HttpResponse:
    today = _today(actor)
    context = {
        "day": day,
        "days": sorted({day, *route.days_of(actor, today)}),
        "stops": route.stops_of(actor, day, typed),
        "made": timezone.now(),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "org_topic": topic_of(actor),
        "here": f"{reverse('driver:stops')}?day={day.isoformat()}",
    }
    part = "_live" if request.headers.get("HX-Request") else ""
    page = render(request, f"driver/stops{part}.html", context, status=422 if typed else 200)
    # For the worker, which keeps pages of one driver only; and the camera may read labels.
    page.headers["Tonerloop-Person"] = str(actor.person_id)
    page.headers["Permissions-Policy"] = powers("camera")
    return page


def _today(actor: Actor) -> date:
    collector = Collector.objects.get(pk=known(actor.collector_id))
    return local_day(timezone.now(), collector.time_zone)


def _asked_day(request: HttpRequest) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()
