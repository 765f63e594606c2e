"""Boxes to send out and requests to schedule, the same for a seller and its collector."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tonerloop.collection.actions.registering import boxes_to_send, send_boxes
from tonerloop.collection.actions.requesting import cancel_collection
from tonerloop.collection.actions.scheduling import drivers_for, schedule
from tonerloop.collection.models import CollectionRequest
from tonerloop.collection.states import OPEN, Status
from tonerloop.common.actor import Actor
from tonerloop.common.text import no_control
from tonerloop.orders.errors import Refused
from tonerloop.outbound.live import topic_of
from tonerloop.web.shared.answer_forms import RefusableForm
from tonerloop.web.shared.answers import seen_version
from tonerloop.web.shared.collections import counted_models, request_timeline
from tonerloop.web.shared.pages import page_of

PER_PAGE = 50
TO_SCHEDULE = "requested"
FILTERS: list[tuple[str, Any]] = [
    (TO_SCHEDULE, gettext_lazy("To schedule")),
    ("open", gettext_lazy("Not finished")),
    *[choice for choice in Status.choices if choice[0] != TO_SCHEDULE],
    ("all", gettext_lazy("All")),
]


@dataclass(frozen=True)
class Office:
    """The portal in which the work is done, by its address names."""

    namespace: str

    def url(self, name: str, *args: str) -> str:
        """The address of one of its pages."""
        return reverse(f"{self.namespace}:{name}", args=args)

    @property
    def urls(self) -> dict[str, str]:
        """Addresses of the lists and their forms."""
        names = ("collections", "schedule", "boxes")
        return {name: self.url(name) for name in names}


class ScheduleForm(RefusableForm):
    """Which day, which driver."""

    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Choose the day."),
            "invalid": gettext_lazy("Type a day such as 2026-12-24."),
        },
    )
    driver = forms.TypedChoiceField(
        label=gettext_lazy("Driver"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose one of the drivers."),
            "invalid_choice": gettext_lazy("Choose one of the drivers."),
        },
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(m.person_id, m.person.name) for m in drivers_for(actor)]
        choices = [("", _("Choose")), *people]
        self.fields["driver"].choices = choices  # type: ignore[attr-defined]


def collections(request: HttpRequest, actor: Actor, office: Office) -> HttpResponse:
    """Requests by status, those to be scheduled first; boxes that wait to be sent."""
    return _list(request, actor, office, ScheduleForm(actor=actor))


def _list(
    request: HttpRequest, actor: Actor, office: Office, form: ScheduleForm, status: int = 200
) -> HttpResponse:
    shown = request.GET.get("status", TO_SCHEDULE)
    found = _in_status(CollectionRequest.objects.visible_to(actor), shown)
    related = ("customer", "site", "driver", "seller")
    rows = found.select_related(*related).order_by(*_sequence(shown))
    context = {
        "page": page_of(rows, PER_PAGE, request.GET.get("page")),
        "boxes": list(_boxes(actor)[:PER_PAGE]),
        "form": form,
        "chosen": set(request.POST.getlist("number")),
        "filters": FILTERS,
        "shown": shown,
        "office": office.namespace,
        "urls": office.urls,
        "order_page": f"{office.namespace}:collection",
        "org_topic": topic_of(actor),
        "here": f"{office.url('collections')}?status={shown}",
    }
    return render(request, "shared/collection/list.html", context, status=status)


def _in_status(found: QuerySet[CollectionRequest], shown: str) -> QuerySet[CollectionRequest]:
    if shown == "open":
        return found.filter(status__in=OPEN)
    return found.filter(status=shown) if shown in Status.values else found


def _sequence(shown: str) -> tuple[str, ...]:
    return ("requested_at", "pk") if shown == TO_SCHEDULE else ("-requested_at", "-pk")


def _boxes(actor: Actor) -> Any:
    related = ("registration__customer", "registration__site")
    return boxes_to_send(actor).select_related(*related)


def scheduled(request: HttpRequest, actor: Actor, office: Office) -> HttpResponse:
    """Put the checked requests onto a driver's day."""
    form = ScheduleForm(request.POST, actor=actor)
    if form.is_valid():
        day: date = form.cleaned_data["day"]
        driver = form.cleaned_data["driver"]
        try:
            done = schedule(request.POST.getlist("number"), day=day, driver_id=driver, by=actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            words = ngettext("%(n)d stop scheduled.", "%(n)d stops scheduled.", len(done))
            messages.success(request, words % {"n": len(done)})
            return redirect(office.url("collections"))
    return _list(request, actor, office, form, 422)


def boxes_sent(request: HttpRequest, actor: Actor, office: Office) -> HttpResponse:
    """The checked boxes are on their way."""
    given = request.POST.getlist("box")
    ids = [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 16]
    count = send_boxes(ids, by=actor)
    words = ngettext("%(n)d box noted as sent.", "%(n)d boxes noted as sent.", count)
    messages.success(request, words % {"n": count})
    return redirect(office.url("collections"))


def one(request: HttpRequest, actor: Actor, number: str, office: Office) -> HttpResponse:
    """One request with its timeline, containers and counts."""
    related = ("customer", "site", "seller", "driver", "centre")
    own = CollectionRequest.objects.visible_to(actor).select_related(*related)
    found = own.get(number=number)
    may_cancel = found.may(Status.CANCELLED, actor)
    context = {
        "collection": found,
        "labels": list(found.labels.order_by("pk")),
        "reports": list(found.reports.select_related("driver").order_by("pk")),
        "models": counted_models(found),
        "timeline": request_timeline(found, actor),
        "cancel_url": office.url("collection_cancel", number) if may_cancel else "",
        "urls": office.urls,
        "org_topic": topic_of(actor),
        "here": request.path,
    }
    return render(request, "shared/collection/one.html", context)


def cancelled(request: HttpRequest, actor: Actor, number: str, office: Office) -> HttpResponse:
    """End a request before it is picked up."""
    reason = request.POST.get("reason", "")[:200]
    try:
        no_control(reason)
    except ValidationError as error:
        raise Refused("reason", error.messages[0]) from error
    cancel_collection(number, reason, by=actor, seen_version=seen_version(request))
    messages.success(request, _("The collection is cancelled. The customer is told."))
    return redirect(office.url("collection", number))
