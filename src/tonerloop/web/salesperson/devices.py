"""The salesperson's phones: which of them are told at once of an order that waits."""

import re

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.orders.errors import Refused
from tonerloop.outbound.models import Device
from tonerloop.outbound.push.devices import add_device, remove_device
from tonerloop.web.shared.accounts import DEVICE
from tonerloop.web.shared.portal import portal

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox|FxiOS", "Firefox"),
    ("Chrome|CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@portal(Role.SALESPERSON)
@require_safe
def devices(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The phones that are told, and this one."""
    own = Device.objects.filter(
        person_id=known(actor.person_id), membership_id=known(actor.membership_id)
    )
    context = {
        "devices": own.order_by("made_at"),
        "this": request.session.get(DEVICE),
        "possible": bool(settings.PUSH_KEY),
    }
    return render(request, "salesperson/devices.html", context)


@portal(Role.SALESPERSON)
@require_POST
def add(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The browser's own script hands over where it can be reached."""
    endpoint, p256dh, auth = (request.POST.get(n, "") for n in ("endpoint", "p256dh", "auth"))
    label = label_of(request.headers.get("User-Agent", ""))
    try:
        device = add_device(endpoint, p256dh, auth, label, by=actor)
    except Refused as refusal:
        return JsonResponse({"problem": refusal.message}, status=422)
    request.session[DEVICE] = device.pk
    return JsonResponse({"problem": ""})


@portal(Role.SALESPERSON)
@require_POST
def remove(request: HttpRequest, actor: Actor, device: int) -> HttpResponse:
    """Tell this phone no more."""
    remove_device(device, by=actor)
    messages.success(request, _("This phone is told no more."))
    return redirect("salesperson:devices")


def label_of(agent: str) -> str:
    """A browser and system in the words of their makers: "Chrome, Android"."""
    names = (
        next((name for pattern, name in table if re.search(pattern, agent)), "")
        for table in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, names)) or _("Browser")
