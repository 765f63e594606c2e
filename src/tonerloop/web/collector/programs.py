"""The programs of the collector's office: their keys."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.common.actor import Actor, Role
from tonerloop.web.shared import programs as shared
from tonerloop.web.shared.portal import afresh, portal

OFFICE = shared.Office("collector")


@portal(Role.DISPATCHER)
@afresh
@require_http_methods(["GET", "HEAD", "POST"])
def programs(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keys, and what the programs did lately."""
    return shared.programs(request, actor, OFFICE)


@portal(Role.DISPATCHER)
@afresh
@require_http_methods(["GET", "HEAD", "POST"])
def rotate(request: HttpRequest, actor: Actor, program: int) -> HttpResponse:
    """A new key in place of an old one."""
    return shared.rotated(request, actor, program, OFFICE)


@portal(Role.DISPATCHER)
@afresh
@require_POST
def revoke(request: HttpRequest, actor: Actor, program: int) -> HttpResponse:
    """The key is refused from now on."""
    return shared.revoked(request, actor, program, OFFICE)
