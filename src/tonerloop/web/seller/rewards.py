"""The seller's reward list: what is offered, what is to be fulfilled."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.text import no_control
from tonerloop.outbound.live import topic_of
from tonerloop.points.actions import NotAllowedSo
from tonerloop.points.models import Reward, RewardOrder
from tonerloop.points.rewards import end_reward_order, offer_reward, withdraw_reward
from tonerloop.web.shared.portal import portal


class RewardForm(forms.Form):
    """A reward to be offered."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, validators=[no_control])
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Reward.Kind.choices)
    points = forms.IntegerField(
        label=gettext_lazy("Points"),
        min_value=1,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    about = forms.CharField(
        label=gettext_lazy("In a few words"),
        max_length=300,
        required=False,
        validators=[no_control],
    )


@portal(Role.BACK_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def rewards(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What is to be fulfilled, what is offered, and a form for one more."""
    form = RewardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reward = offer_reward(**form.cleaned_data, by=actor)
            messages.success(request, _("%(name)s is offered.") % {"name": reward.name})
            return redirect("seller:rewards")
        except NotAllowedSo as refusal:
            form.add_error(refusal.field or None, refusal.message)
    seller = known(actor.seller_id)
    orders = RewardOrder.objects.filter(seller_id=seller).select_related(
        "reward", "customer", "ordered_by"
    )
    context: dict[str, Any] = {
        "form": form,
        "waiting": orders.filter(status="ordered").order_by("pk"),
        "done": orders.exclude(status="ordered").order_by("-pk")[:50],
        "offered": Reward.objects.filter(seller_id=seller, offered=True).order_by("points", "pk"),
        "org_topic": topic_of(actor),
        "here": request.path,
    }
    status = 422 if form.is_bound else 200
    return render(request, "seller/rewards.html", context, status=status)


@portal(Role.BACK_OFFICE)
@require_POST
def withdraw(request: HttpRequest, actor: Actor, reward: int) -> HttpResponse:
    """Not offered any more."""
    gone = withdraw_reward(reward, by=actor)
    messages.success(request, _("%(name)s is not offered any more.") % {"name": gone.name})
    return redirect("seller:rewards")


@portal(Role.BACK_OFFICE)
@require_POST
def end(request: HttpRequest, actor: Actor, reward_order: int) -> HttpResponse:
    """Fulfilled, or cancelled with the points given back."""
    try:
        order = end_reward_order(reward_order, request.POST.get("status", ""), by=actor)
        messages.success(request, f"{order.reward.name}: {order.get_status_display()}")
    except NotAllowedSo as refusal:
        messages.error(request, refusal.message)
    return redirect("seller:rewards")
