"""The buyer's machines: their codes, and stickers to print."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.basket import own_equipment
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.stickers import coded, print_stickers


@portal(Role.BUYER)
@require_safe
def machines(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All machines of the buyer's sites with their codes, and what to print them on."""
    return render(request, "customer/machines.html", {"machines": coded(own_equipment(actor))})


@portal(Role.BUYER)
@require_safe
def printed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The stickers as a file for the printer."""
    return print_stickers(request, own_equipment(actor))
