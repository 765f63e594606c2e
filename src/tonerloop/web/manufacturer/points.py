"""The manufacturer's points: its rules, and what it owes sellers for them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tonerloop.common.actor import Actor, Role
from tonerloop.web.shared import points_rules, settlements
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old

PORTAL = "manufacturer"


@portal(Role.ORDER_DESK)
@require_safe
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The manufacturer's rules, those that hold first."""
    return points_rules.shown(request, actor, PORTAL)


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A rule that begins."""
    return points_rules.begun(request, actor, PORTAL)


@portal(Role.ORDER_DESK)
@require_POST
def end(request: HttpRequest, actor: Actor, rule: int) -> HttpResponse:
    """Today is the rule's last day."""
    return points_rules.ended(request, actor, PORTAL, rule)


@portal(Role.ORDER_DESK)
@require_safe
@may_be_old
def settled(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What it owes sellers for its points, month by month."""
    return settlements.shown(request, actor, PORTAL)
