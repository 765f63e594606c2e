"""Containers without a sender: what is kept here, and saying whose it was."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tonerloop.collection.actions import strays
from tonerloop.common.actor import Actor, Role
from tonerloop.common.text import no_control
from tonerloop.orders.errors import Refused
from tonerloop.web.recovery.requests import PER_PAGE
from tonerloop.web.shared.answer_forms import RefusableForm
from tonerloop.web.shared.collections import stray_models
from tonerloop.web.shared.portal import portal


@portal(Role.CLERK)
@require_safe
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What arrived at this centre without a sender: first what still has none."""
    own = strays.strays(actor).select_related("label", "request__customer")
    found = own.annotate(n=Count("pieces")).order_by(F("request").desc(nulls_first=True), "-pk")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "recovery/strays.html", {"page": page})


class AssignForm(RefusableForm):
    """Whose it was, and how one knows."""

    who = forms.CharField(
        label=gettext_lazy("Customer"),
        help_text=gettext_lazy("Number or name, or scan a label of theirs."),
        max_length=120,
        validators=[no_control],
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        validators=[no_control],
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )


@portal(Role.CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, actor: Actor, stray: int) -> HttpResponse:
    """One container with its pieces; assigned, it becomes a collection of its customer."""
    found = strays.strays(actor).select_related("label", "request__customer").get(pk=stray)
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            done = strays.assign_stray(stray, given["who"], given["reason"], by=actor)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            assert done.request is not None
            words = _("It is %(customer)s’s now and counted with its points.")
            messages.success(request, words % {"customer": done.request.customer.name})
            return redirect("recovery:request", done.request.number)
    context: dict[str, Any] = {"stray": found, "models": stray_models(found), "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "recovery/stray.html", context, status=status)
