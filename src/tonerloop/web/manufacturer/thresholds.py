"""Of which counts and rates the manufacturer is told, and when they were reached."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.collection.actions.watching import (
    end_threshold,
    measured,
    period,
    set_threshold,
    watched,
)
from tonerloop.collection.models import Threshold, ThresholdReached
from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.text import no_control
from tonerloop.orders.errors import Refused
from tonerloop.outbound.live import topic_of
from tonerloop.parties.models import Manufacturer
from tonerloop.web.shared.answer_forms import RefusableForm
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.templatetags import formats

SHOWN = 50  # of those that were reached


class ThresholdForm(RefusableForm):
    """What is to be reached, of which model, since when."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=Threshold.Kind.choices)
    amount = forms.IntegerField(
        label=gettext_lazy("How many"),
        min_value=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    part_number = forms.CharField(
        label=gettext_lazy("Part number"),
        help_text=gettext_lazy("Empty: all of your models together."),
        max_length=40,
        required=False,
        validators=[no_control],
    )
    since = forms.DateField(
        label=gettext_lazy("Since"),
        help_text=gettext_lazy("Empty: each calendar year anew."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    least_delivered = forms.IntegerField(
        label=gettext_lazy("Once so many were delivered"),
        help_text=gettext_lazy("For a rate: so that a few early pieces do not reach it."),
        min_value=0,
        max_value=1_000_000,
        initial=100,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def thresholds(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is watched with where it stands, what was reached, and a form for one more."""
    form = ThresholdForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            given["least_delivered"] = given["least_delivered"] or 0
            set_threshold(**given, by=actor)
            messages.success(request, _("You will be told when it is reached."))
            return redirect("manufacturer:thresholds")
        except Refused as refusal:
            form.refuse(refusal)
    context = {**_context(actor), "form": form, "here": request.path}
    status = 422 if form.is_bound else 200
    return render(request, "manufacturer/thresholds.html", context, status=status)


@portal(Role.ORDER_DESK)
@require_POST
def end(request: HttpRequest, actor: Actor, threshold: int) -> HttpResponse:
    """Watch it no more."""
    end_threshold(threshold, by=actor)
    messages.success(request, _("This is not watched any more."))
    return redirect("manufacturer:thresholds")


def _context(actor: Actor) -> dict[str, Any]:
    maker = known(actor.manufacturer_id)
    now = timezone.now()
    own = watched(maker).select_related("manufacturer", "consumable").order_by("-pk")
    done = ThresholdReached.objects.filter(threshold__manufacturer_id=maker)
    done = done.select_related("threshold__consumable").order_by("-pk")
    open_ = [_watched(one, period(one, now)) for one in own]
    return {
        "watched": open_,
        "reached": done[:SHOWN],
        "mailbox": Manufacturer.objects.get(pk=maker).order_email,
        "org_topic": topic_of(actor),
    }


def _watched(one: Threshold, since: date) -> dict[str, Any]:
    reached = one.reached.filter(since=since).first()
    value = reached.value if reached else measured(one, since, timezone.now())
    on = formats.day(reached.at) if reached else ""
    return {"threshold": one, "since": since, "value": value, "reached": reached, "reached_on": on}
