"""The salesperson's own absences, and those for which one stands in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.common.actor import Actor, Role
from tonerloop.web.shared import absences as shared
from tonerloop.web.shared.portal import portal

PHONE = shared.Place(namespace="salesperson", frame="base_phone.html")


@portal(Role.SALESPERSON)
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest, actor: Actor) -> HttpResponse:
    """From when until when one is away, and who stands in."""
    return shared.page(request, actor, place=PHONE)


@portal(Role.SALESPERSON)
@require_POST
def absence_end(request: HttpRequest, actor: Actor, absence: int) -> HttpResponse:
    """Back, or not going."""
    return shared.end(request, actor, absence, place=PHONE)
