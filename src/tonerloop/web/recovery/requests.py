"""What is at the centre, what was counted, and putting a miscount right."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.actions.correcting import correct, standing_count
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.models import CollectionRequest, Count, Piece
from tonerloop.collection.states import Condition
from tonerloop.common.actor import Actor, Role
from tonerloop.common.text import no_control
from tonerloop.orders.errors import Refused
from tonerloop.outbound.live import topic_of
from tonerloop.web.shared.answer_forms import RefusableForm
from tonerloop.web.shared.collections import counted_models
from tonerloop.web.shared.pages import page_of
from tonerloop.web.shared.portal import portal

PER_PAGE = 50


@portal(Role.CLERK)
@require_safe
def requests(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What this centre has received, newest first."""
    own = CollectionRequest.objects.visible_to(actor).filter(centre_id=actor.centre_id)
    found = own.select_related("customer", "site").order_by("-received_at", "-pk")
    page = page_of(found, PER_PAGE, request.GET.get("page"))
    context = {"page": page, "org_topic": topic_of(actor), "here": request.get_full_path()}
    return render(request, "recovery/requests.html", context)


def _own(number: str, actor: Actor) -> CollectionRequest:
    own = CollectionRequest.objects.visible_to(actor).select_related("customer", "site")
    return own.get(number=number)


@portal(Role.CLERK)
@require_safe
def one(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One request: announced against counted, and each piece."""
    found = _own(number, actor)
    counts = Prefetch("counts", Count.objects.select_related("consumable").order_by("-pk"))
    pieces = found.pieces.select_related("label").prefetch_related(counts).order_by("-pk")
    rows = [{"piece": piece, "count": standing_count(piece)} for piece in pieces[:500]]
    context = {"collection": found, "models": counted_models(found), "rows": rows}
    return render(request, "recovery/request.html", context)


class CorrectForm(RefusableForm):
    """What a piece really is, or that it was none."""

    model = forms.CharField(
        label=gettext_lazy("Model"),
        help_text=gettext_lazy("Part number. Empty: there was no such piece."),
        max_length=60,
        required=False,
        validators=[no_control],
    )
    condition = forms.ChoiceField(label=gettext_lazy("Condition"), choices=Condition.choices)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        validators=[no_control],
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )

    def what(self) -> What | None:
        """The piece as it is now said to be; None for no piece at all."""
        text = self.cleaned_data["model"].strip()
        if not text:
            return None
        found = Consumable.objects.filter(part_number__iexact=text).first()
        return What(
            consumable_id=found.pk if found else None,
            unknown_model=text,
            condition=self.cleaned_data["condition"],
        )


@portal(Role.CLERK)
@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, actor: Actor, number: str, piece: int) -> HttpResponse:
    """Put a miscount right: new entries with a reason."""
    found = _own(number, actor)
    of = Piece.objects.select_related("label").get(pk=piece, request=found)
    form = CorrectForm(request.POST or None, initial=_as_counted(of))
    if request.method == "POST" and form.is_valid():
        try:
            correct(number, of.pk, form.what(), form.cleaned_data["reason"], by=actor)
            messages.success(request, _("The count is corrected."))
            return redirect("recovery:request", number)
        except Refused as refusal:
            form.refuse(refusal)
    context = {"collection": found, "piece": of, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "recovery/correct.html", context, status=status)


def _as_counted(piece: Piece) -> dict[str, Any]:
    now = standing_count(piece)
    if now is None:
        return {}
    model = now.consumable.part_number if now.consumable else now.unknown_model
    return {"model": model, "condition": now.condition}
