"""The stops of a driver's day, in order, with all that is needed at the door."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.db.models import Prefetch, Q

from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.collection.states import Status
from tonerloop.common.actor import Actor
from tonerloop.web.driver.forms import ReportForm

MOST_DAYS = 30


def days_of(actor: Actor, today: date) -> list[date]:
    """Today, the following days that have stops, and earlier ones with stops still to report."""
    own = CollectionRequest.objects.visible_to(actor)
    found = own.filter(Q(day__gte=today) | Q(status=Status.SCHEDULED)).order_by("day")
    days = found.values_list("day", flat=True).distinct()[:MOST_DAYS]
    return sorted({today, *(day for day in days if day)})


def stops_of(
    actor: Actor, day: date, forms: Mapping[str, ReportForm] | None = None
) -> list[dict[str, Any]]:
    """The stops of one day; `forms` holds what was already typed, by number."""
    current = Prefetch(
        "customer__registrations", Registration.objects.filter(ended_at=None), to_attr="current"
    )
    own = CollectionRequest.objects.visible_to(actor).filter(day=day)
    found = own.select_related("customer", "site").prefetch_related(current)
    return [_stop(r, (forms or {}).get(r.number)) for r in found.order_by("position", "pk")]


def _stop(request: CollectionRequest, form: ReportForm | None) -> dict[str, Any]:
    registration = next(iter(getattr(request.customer, "current", [])), None)
    own = registration.phone if registration else ""
    phone = own or request.site.phone or request.customer.phone
    address = ", ".join(request.site.address.split("\n"))
    return {
        "request": request,
        "open": request.status == Status.SCHEDULED,
        "missed": request.get_missed_display() if request.status == Status.REQUESTED else "",
        "contact": registration.contact if registration else "",
        "phone": phone,
        "call": re.sub(r"[^0-9+*#]", "", phone),
        "map": "geo:0,0?q=" + quote(address),
        "map_web": "https://www.openstreetmap.org/search?query=" + quote(address),
        "form": form or ReportForm(auto_id=f"{request.number}-%s"),
        "key": uuid4(),
    }
