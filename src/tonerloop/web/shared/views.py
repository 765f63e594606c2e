"""The way in: to the portal of one's role, to another role, to another language."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from tonerloop.common.actor import Role
from tonerloop.parties.actor import memberships_of
from tonerloop.parties.models import Person
from tonerloop.web.shared.actors import SESSION_KEY, actor_for

FIRST_PAGE = {
    Role.BUYER: "customer:order",
    Role.SALESPERSON: "salesperson:queue",
    Role.BACK_OFFICE: "seller:orders",
    Role.ORDER_DESK: "manufacturer:requests",
    Role.DRIVER: "driver:stops",
    Role.DISPATCHER: "collector:collections",
    Role.CLERK: "recovery:station",
}


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """On to the first page of the person's role."""
    if actor := actor_for(request):
        return redirect(FIRST_PAGE[actor.role])
    if isinstance(request.user, Person) and request.user.is_staff:
        return redirect("admin:index")
    return render(request, "shared/no_role.html", status=403)


@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Choose in which role to go on."""
    assert isinstance(request.user, Person)
    found = memberships_of(request.user.pk)
    if request.method == "POST":
        typed = request.POST.get("membership", "")
        chosen = found.get(pk=int(typed) if typed.isascii() and typed.isdigit() else 0)
        request.session[SESSION_KEY] = chosen.pk
        return redirect("home")
    context = {"choices": found, "actor": actor_for(request)}
    return render(request, "shared/switch.html", context)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on, here and in mails."""
    answer = set_language(request)
    chosen = request.POST.get("language", "")
    if isinstance(request.user, Person) and answer.cookies:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return answer
