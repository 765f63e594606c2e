"""The doors of the portals: `portal(Role.…)` lets a role in, everybody else stays out."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, NotAllowed, Role
from tonerloop.common.wall import walled
from tonerloop.parties.models import Person
from tonerloop.web.shared.actors import actor_for, seat_for

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]  # codes on paper alone are none
SAFE = ("GET", "HEAD")
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Actor, P], HttpResponse]
Door = Callable[Concatenate[HttpRequest, P], HttpResponse]


def portal(*roles: Role) -> Callable[[View[P]], Door[P]]:
    """Give the view its actor as second argument; others get the log-in page or a 403.

    Pages are private: no cache keeps them, so the back button after log-out shows nothing.
    """

    def decorate(view: View[P]) -> Door[P]:
        @wraps(view)
        def door(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor = actor_for(request)
            if actor is None or actor.role not in roles:
                raise NotAllowed
            if _lacks_second_factor(request):
                messages.warning(
                    request, _("Your organisation asks for a second factor. Set one up to go on.")
                )
                return redirect("mfa_index")
            with walled(request, actor):
                response = view(request, actor, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()  # what it still reads, it reads as this actor
            add_never_cache_headers(response)
            return response

        door.portal_roles = roles  # type: ignore[attr-defined]
        return cast(Door[P], door)

    return decorate


def afresh(view: View[P]) -> View[P]:
    """Let a change through only from somebody who proved lately who they are; looking is free.

    Others are asked for password or second factor, then what they sent is carried out. It stands
    inside `portal`, so that who may not do it at all is not asked.
    """

    @wraps(view)
    def asked(
        request: HttpRequest, actor: Actor, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if request.method in SAFE:
            return view(request, actor, *args, **kwargs)
        checked = reauthentication_required(view)
        return cast(HttpResponse, checked(request, actor, *args, **kwargs))

    return cast(View[P], asked)


def _lacks_second_factor(request: HttpRequest) -> bool:
    seat = seat_for(request)
    required = seat is not None and seat.requires_second_factor
    return required and not has_second_factor(request)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether who is logged in has an app, a passkey or a security key; one query."""
    return is_mfa_enabled(cast(Person, request.user), types=FACTORS)
