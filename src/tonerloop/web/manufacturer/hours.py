"""When the order desk works: by these hours an approval is due."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tonerloop.common.actor import Actor, Role, known
from tonerloop.parties.actions import set_desk_hours
from tonerloop.parties.models import Manufacturer
from tonerloop.parties.working import calendar_of
from tonerloop.web.shared.keeping import kept
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.week_forms import WeekForm


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The desk's hours and holidays."""
    joined = Manufacturer.objects.select_related("working_time")
    maker = joined.get(pk=known(actor.manufacturer_id))
    form = WeekForm(request.POST or None, initial=WeekForm.initial_of(calendar_of(maker)))
    if kept(form, lambda: set_desk_hours(form.week(), by=actor)) is None:
        status = 422 if form.is_bound else 200
        context = {"form": form, "maker": maker}
        return render(request, "manufacturer/hours.html", context, status=status)
    messages.success(request, _("The hours hold for what is asked from now on."))
    return redirect("manufacturer:hours")
