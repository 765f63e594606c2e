"""How an organisation's people log in: whether a second factor is asked, and who has one."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tonerloop.common.actor import Actor, Role
from tonerloop.parties.actions.entrance import KEEPERS, ask_second_factor, own_organisation
from tonerloop.parties.models import Membership
from tonerloop.web.shared.portal import FACTORS, afresh, portal


@portal(*KEEPERS)
@afresh
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ask for a second factor or not; below, whom that would lead to set one up."""
    if request.method == "POST":
        own = ask_second_factor(request.POST.get("required") == "1", by=actor)
        on = _("Everybody is asked for a second factor from now on.")
        off = _("Nobody is asked for a second factor from now on.")
        messages.success(request, on if own.requires_second_factor else off)
        return redirect("log_in_rules")
    with transaction.atomic():
        own = own_organisation(actor)
    people = _people(actor)
    context = {"own": own, "people": people, "without": people.filter(has_factor=False).count()}
    return render(request, "shared/entrance.html", context)


def _people(actor: Actor) -> QuerySet[Any]:
    """Everybody with a role in the actor's organisation, a collector's clerks among them."""
    field = KEEPERS[actor.role][1]
    of = Q(**{field: getattr(actor, field)})
    if actor.role == Role.DISPATCHER:
        of |= Q(centre__collector_id=actor.collector_id)
    own = Authenticator.objects.filter(user=OuterRef("person"), type__in=FACTORS)
    found = Membership.objects.filter(of, active=True, person__is_active=True)
    return found.select_related("person").annotate(has_factor=Exists(own)).order_by("person__name")
