"""Nobody sees a tenant's row in a request until a door has said for whom it acts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tonerloop.common.wall import OPEN, SHUT, behind
from tonerloop.parties.models import Person


class WallMiddleware:
    """Shut, but for the operator on the admin site, who sees everything."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with behind(OPEN if _operator(request) else SHUT):
            return self.get_response(request)


def _operator(request: HttpRequest) -> bool:
    if not request.path.startswith(reverse("admin:index")):
        return False
    return isinstance(request.user, Person) and request.user.is_active and request.user.is_staff
