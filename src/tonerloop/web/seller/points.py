"""The seller's points: its rules, and what manufacturers owe it for theirs."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.web.shared import points_rules, settlements
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old

PORTAL = "seller"


@portal(Role.BACK_OFFICE)
@require_safe
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The seller's rules, those that hold first."""
    return points_rules.shown(request, actor, PORTAL)


@portal(Role.BACK_OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A rule that begins."""
    return points_rules.begun(request, actor, PORTAL)


@portal(Role.BACK_OFFICE)
@require_POST
def end(request: HttpRequest, actor: Actor, rule: int) -> HttpResponse:
    """Today is the rule's last day."""
    return points_rules.ended(request, actor, PORTAL, rule)


@portal(Role.BACK_OFFICE)
@require_safe
@may_be_old
def settled(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What manufacturers owe for their points, month by month."""
    return settlements.shown(request, actor, PORTAL)
