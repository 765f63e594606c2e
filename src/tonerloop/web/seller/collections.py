"""The back office's part of the collection service: boxes to send, requests to schedule."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.parties.models import Seller
from tonerloop.web.shared import collection_office, collection_report
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old

OFFICE = collection_office.Office("seller")


@portal(Role.BACK_OFFICE)
@require_safe
def collections(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Requests of the seller's customers."""
    return collection_office.collections(request, actor, OFFICE)


@portal(Role.BACK_OFFICE)
@require_POST
def schedule(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Put the checked requests onto a driver's day."""
    return collection_office.scheduled(request, actor, OFFICE)


@portal(Role.BACK_OFFICE)
@require_POST
def boxes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The checked boxes are on their way."""
    return collection_office.boxes_sent(request, actor, OFFICE)


@portal(Role.BACK_OFFICE)
@require_safe
def one(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One request."""
    return collection_office.one(request, actor, number, OFFICE)


@portal(Role.BACK_OFFICE)
@require_POST
def cancel(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """End a request before it is picked up."""
    return collection_office.cancelled(request, actor, number, OFFICE)


@portal(Role.BACK_OFFICE)
@require_safe
@may_be_old
def figures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What came back and what went out over a year."""
    seller = Seller.objects.get(pk=known(actor.seller_id))
    return collection_report.shown(request, kind="seller", of=seller.pk, zone=seller.time_zone)
