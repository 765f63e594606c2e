"""What an action refuses becomes a page that says so: 403, 404 or 409, never a stack trace."""

from collections.abc import Callable

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Choices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from tonerloop.collection import states as collection
from tonerloop.collection.actions.common import Stale as StaleRequest
from tonerloop.common.actor import NotAllowed
from tonerloop.common.wall import behind, wall_of
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.models import Order
from tonerloop.orders.states import IllegalMove, Status
from tonerloop.web.shared.actors import actor_for
from tonerloop.web.shared.timeline import Item, timeline

NAMED = ("seller", "customer", "manufacturer")


class RefusalMiddleware:
    """Turns the domain's refusals into answers for people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Django calls this with what a view raised."""
        match error:
            case NotAllowed():
                return render(request, "403.html", status=403)
            case ObjectDoesNotExist():
                return render(request, "404.html", status=404)
            case IllegalMove() | Stale() | Refused() | collection.IllegalMove() | StaleRequest():
                context = {
                    "words": refusal_words(error),
                    "back": _back(request),
                    "last": _last_step(request, error),
                }
                return render(request, "409.html", context, status=409)
        return None


def _back(request: HttpRequest) -> str:
    """Where the reader came from, if that was here: another site's link leads nowhere from us."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        came_from, {request.get_host()}, require_https=request.is_secure()
    )
    return came_from if ours else "/"


def _last_step(request: HttpRequest, error: Exception) -> Item | None:
    """Who did what to the order last, where the order had moved on before this answer."""
    number = request.resolver_match and request.resolver_match.kwargs.get("number")
    actor = actor_for(request)
    if actor is None or not isinstance(error, IllegalMove | Stale):
        return None
    with behind(wall_of(actor)):
        own = Order.objects.visible_to(actor).select_related(*NAMED)
        order = own.filter(number=number).first()
        return timeline(order, actor)[-1] if order else None


def refusal_words(error: Exception) -> str:
    """A refusal in words: what happened, and that nothing was changed."""
    if isinstance(error, Refused):
        return error.message
    status = getattr(error, "status", "")
    label = status.label if isinstance(status, Choices) else Status(status).label
    if isinstance(error, Stale | StaleRequest):
        return _(
            "This has changed since you opened the page; it is now “%(status)s”."
            " Nothing was changed by you. Look at it again, then decide."
        ) % {"status": label}
    return _("This is now “%(status)s”, so this is no longer possible. Nothing was changed.") % {
        "status": label
    }
