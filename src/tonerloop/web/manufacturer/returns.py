"""What came back of the manufacturer's own models."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tonerloop.common.actor import Actor, Role, known
from tonerloop.parties.models import Manufacturer
from tonerloop.web.shared import collection_report
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old


@portal(Role.ORDER_DESK)
@require_safe
@may_be_old
def figures(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Collected and delivered by month, model, region and seller over a year."""
    maker = Manufacturer.objects.get(pk=known(actor.manufacturer_id))
    return collection_report.shown(request, kind="manufacturer", of=maker.pk, zone=maker.time_zone)
