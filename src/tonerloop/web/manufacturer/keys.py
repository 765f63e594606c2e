"""The manufacturer's programs: their keys, and what they sent lately."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.common.actor import Actor, Role, known
from tonerloop.manufacturers.keys import create_key, revoke_key
from tonerloop.manufacturers.models import ApiKey, InboundMessage
from tonerloop.orders.errors import Refused
from tonerloop.web.manufacturer.forms import KeyForm
from tonerloop.web.shared.portal import portal

LATELY = 50


@portal(Role.ORDER_DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All keys, a form for a new one; a new key's text stands on this answer and nowhere else."""
    form, text = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            text = create_key(form.cleaned_data["label"], by=actor)[1]
            form = KeyForm()
        except Refused as refusal:
            form.refuse(refusal)
    maker = known(actor.manufacturer_id)
    context = {
        "form": form,
        "text": text,
        "keys": ApiKey.objects.filter(manufacturer_id=maker)
        .select_related("created_by")
        .order_by(F("revoked_at").desc(nulls_first=True), "-pk"),
        "sent": InboundMessage.objects.filter(manufacturer_id=maker)
        .select_related("key")
        .order_by("-pk")[:LATELY],
    }
    status = 422 if form.is_bound else 200
    return render(request, "manufacturer/keys.html", context, status=status)


@portal(Role.ORDER_DESK)
@require_POST
def revoke(request: HttpRequest, actor: Actor, program: int) -> HttpResponse:
    """The key is refused from now on."""
    key = revoke_key(program, by=actor)
    messages.success(
        request, _("The key of %(name)s is refused from now on.") % {"name": key.label}
    )
    return redirect("manufacturer:keys")
