"""What every page's frame needs: the actor, the portal's navigation, languages, the live stream."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Actor, Role
from tonerloop.journal.looking import administers
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.outbound.live import stream_url
from tonerloop.parties.actor import Seat

# Portal navigation by role: (address name, words).
NAVIGATION: dict[Role, list[tuple[str, Any]]] = {
    Role.BUYER: [
        ("customer:order", _("Order")),
        ("customer:orders", _("Your orders")),
        ("customer:collection", _("Used cartridges")),
    ],
    Role.SALESPERSON: [
        ("salesperson:queue", _("To confirm")),
        ("salesperson:orders", _("Orders")),
    ],
    Role.BACK_OFFICE: [
        ("seller:orders", _("Orders")),
        ("seller:customers", _("Customers")),
        ("seller:agreements", _("Prices")),
        ("seller:collections", _("Collections")),
        ("seller:figures", _("Figures")),
        ("seller:webhooks", _("Webhooks")),
        ("seller:programs", _("Programs")),
    ],
    Role.ORDER_DESK: [
        ("manufacturer:requests", _("Requests")),
        ("manufacturer:orders", _("Orders")),
        ("manufacturer:returns", _("Returns")),
        ("manufacturer:thresholds", _("Thresholds")),
        ("manufacturer:points", _("Points")),
        ("manufacturer:hours", _("Hours")),
        ("manufacturer:automation", _("Automation")),
        ("manufacturer:programs", _("Programs")),
        ("manufacturer:webhooks", _("Webhooks")),
    ],
    Role.DRIVER: [("driver:stops", _("Stops"))],
    Role.DISPATCHER: [
        ("collector:collections", _("Collections")),
        ("collector:webhooks", _("Webhooks")),
        ("collector:programs", _("Programs")),
    ],
    Role.CLERK: [("recovery:station", _("Station")), ("recovery:requests", _("Requests"))],
}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html; looks the actor up only where a view has done so already."""
    seat: Seat | None = getattr(request, "_seat", None)
    frame: dict[str, Any] = {
        "languages": settings.LANGUAGES,
        "language": get_language(),
        "demo": settings.DEMO,
        "live_url": "",
        "actor": None,
        "portal_nav": [],
    }
    if seat:
        frame["organisation_name"] = seat.organisation
        frame["actor"] = actor = seat.actor
        frame["portal_nav"] = _navigation(actor, request.path)
        frame["live_url"] = stream_url(actor)
        frame["audits"] = administers(actor)
    return frame


def _navigation(actor: Actor, path: str) -> list[dict[str, Any]]:
    named = NAVIGATION[actor.role]
    items = [{"url": reverse(name), "label": label} for name, label in named]
    if actor.role == Role.SALESPERSON:
        waiting = Order.objects.visible_to(actor).filter(status=Status.PLACED)
        items[0]["count"] = waiting.count()
    current = max((i["url"] for i in items if path.startswith(i["url"])), key=len, default="")
    return [{**item, "active": item["url"] == current} for item in items]
