"""The collector's office: boxes to send, requests to schedule, figures."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.parties.models import Collector
from tonerloop.web.shared import collection_office, collection_report
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old

OFFICE = collection_office.Office("collector")


@portal(Role.DISPATCHER)
@require_safe
def collections(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Requests assigned to the collector."""
    return collection_office.collections(request, actor, OFFICE)


@portal(Role.DISPATCHER)
@require_POST
def schedule(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Put the checked requests onto a driver's day."""
    return collection_office.scheduled(request, actor, OFFICE)


@portal(Role.DISPATCHER)
@require_POST
def boxes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The checked boxes are on their way."""
    return collection_office.boxes_sent(request, actor, OFFICE)


@portal(Role.DISPATCHER)
@require_safe
def one(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One request."""
    return collection_office.one(request, actor, number, OFFICE)


@portal(Role.DISPATCHER)
@require_safe
@may_be_old
def figures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What came back from the customers of the collector's sellers, and from nobody known."""
    own = Collector.objects.get(pk=known(actor.collector_id))
    return collection_report.shown(request, kind="collector", of=own.pk, zone=own.time_zone)
