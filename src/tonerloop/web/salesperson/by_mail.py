"""The page behind the link in a mail: one order's facts and one button, without a log-in.

A look confirms nothing, since mail scanners follow links; the button does. The token stands in the
query, which no log of ours writes, and the page tells no other where it came from.
"""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tonerloop.common.actor import Actor
from tonerloop.common.wall import behind, through, wall_of
from tonerloop.orders.actions import Refused, confirm_price
from tonerloop.orders.errors import Stale
from tonerloop.orders.models import Order
from tonerloop.orders.points_use import paid_by
from tonerloop.orders.states import IllegalMove
from tonerloop.outbound.confirm_link import Claim, actor_for, allowed, read
from tonerloop.outbound.unusual import unusual
from tonerloop.parties.models import Person
from tonerloop.programs.limits import count_look
from tonerloop.web.shared import answers
from tonerloop.web.shared.orders import order_lines
from tonerloop.web.shared.timeline import timeline

PER_MINUTE = 20  # looks and answers from one address: nobody guesses a signature


@csrf_exempt  # no cookie is asked: who posts must know the token, and that is all it takes
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest) -> HttpResponse:
    """Look at the order, and confirm its price by the button."""
    page = render(request, "429.html", status=429) if _too_often(request) else _page(request)
    add_never_cache_headers(page)
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def _too_often(request: HttpRequest) -> bool:
    return count_look(get_adapter().get_client_ip(request), PER_MINUTE).exceeded


def _page(request: HttpRequest) -> HttpResponse:
    token = request.GET.get("k", "")
    claim = read(token)
    with through():  # whose order it is, the signed link says
        found = _found(claim) if claim else None
    if claim is None or found is None:
        return render(request, "salesperson/by_mail_useless.html", status=410)
    order, actor = found
    language = Person.objects.values_list("language", flat=True).get(pk=claim.person_id)
    with override(language), behind(wall_of(actor)):
        if request.method == "POST":
            return _confirm(request, order, actor, claim)
        if order.version != claim.version or not allowed(order):
            return _moved_on(request, order, actor)
        return _look(request, order)


def _found(claim: Claim) -> tuple[Order, Actor] | None:
    """The order and who the link was for, while that person may still answer it."""
    order = Order.objects.select_related("seller").filter(number=claim.number).first()
    actor = actor_for(claim, order) if order else None
    if actor is None or not Order.objects.visible_to(actor).filter(number=claim.number).exists():
        return None
    return answers.find(claim.number, actor), actor


def _look(request: HttpRequest, order: Order) -> HttpResponse:
    context = {
        "order": order,
        "lines": order_lines(order),
        "unusual": unusual(order),
        "paid_by": paid_by(order),
    }
    return render(request, "salesperson/by_mail.html", context)


def _confirm(request: HttpRequest, order: Order, actor: Actor, claim: Claim) -> HttpResponse:
    try:
        if not allowed(order):
            raise Stale(order.status)
        confirm_price(order.number, by=actor, seen_version=claim.version, through="mail")
    except (Stale, IllegalMove, Refused):
        return _moved_on(request, answers.find(order.number, actor), actor)
    return render(request, "salesperson/by_mail_done.html", {"order": order})


def _moved_on(request: HttpRequest, order: Order, actor: Actor) -> HttpResponse:
    context = {"order": order, "last": timeline(order, actor)[-1]}
    return render(request, "salesperson/by_mail_moved_on.html", context, status=410)
