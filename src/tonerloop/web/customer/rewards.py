"""What points buy besides a price reduction: goods and donations of the seller."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tonerloop.collection.actions.registering import own_registration
from tonerloop.common.actor import Actor, NotAllowed, Role, known
from tonerloop.common.days import local_day
from tonerloop.outbound.live import topic_of
from tonerloop.points.actions import NotAllowedSo
from tonerloop.points.models import Reward, RewardOrder
from tonerloop.points.rewards import order_reward
from tonerloop.points.standing import purses_of
from tonerloop.web.shared.portal import portal


@portal(Role.BUYER)
@require_http_methods(["GET", "HEAD", "POST"])
def rewards(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The seller's rewards with what they cost; the POST asks for one."""
    if actor.site_ids is not None:  # the points are the whole customer's
        raise NotAllowed
    registration = own_registration(actor)
    if request.method == "POST":
        return _ordered(request, actor)
    seller, customer = registration.seller, known(actor.customer_id)
    day = local_day(timezone.now(), seller.time_zone)
    purses = purses_of(customer_id=customer, seller_id=seller.pk, day=day)
    points = sum(purse.points for purse in purses if purse.sellers)
    own = RewardOrder.objects.filter(customer_id=customer).select_related("reward")
    context = {
        "points": points,
        "others": [purse for purse in purses if purse.points and not purse.sellers],
        "rewards": Reward.objects.filter(seller=seller, offered=True).order_by("points", "pk"),
        "orders": own.order_by("-pk")[:50],
        "key": uuid4(),
        "seller": seller,
        "org_topic": topic_of(actor),
        "here": request.path,
    }
    return render(request, "customer/rewards.html", context)


def _ordered(request: HttpRequest, actor: Actor) -> HttpResponse:
    text = request.POST.get("reward", "")
    known_id = text.isascii() and text.isdigit() and len(text) < 16
    try:
        key = UUID(request.POST.get("key", ""))
        order = order_reward(int(text) if known_id else 0, key=key, by=actor)
        words = _("%(name)s is ordered. Your seller sees to it.")
        messages.success(request, words % {"name": order.reward.name})
    except ValueError:
        messages.error(request, _("Nothing was ordered. Choose it again."))
    except NotAllowedSo as refusal:
        messages.error(request, refusal.message)
    return redirect("customer:rewards")
