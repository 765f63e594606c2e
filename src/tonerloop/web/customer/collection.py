"""The buyer's collection service: progress and points, requests, labels."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tonerloop.collection.actions.registering import ask_for_box, own_registration
from tonerloop.collection.actions.requesting import Wish, ask_for_collection, cancel_collection
from tonerloop.collection.band import band
from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.collection.statements import yearly
from tonerloop.collection.states import Status
from tonerloop.common.actor import Actor, NotAllowed, Role, known
from tonerloop.common.days import local_day
from tonerloop.orders.errors import Refused
from tonerloop.outbound.live import topic_of
from tonerloop.points.models import Transaction
from tonerloop.points.rules import in_words, shown_to
from tonerloop.web.customer.collection_forms import CancelCollectionForm, WishForm
from tonerloop.web.shared.answers import seen_version
from tonerloop.web.shared.collections import counted_models, request_timeline
from tonerloop.web.shared.label_prints import printed
from tonerloop.web.shared.portal import portal
from tonerloop.web.shared.reading import may_be_old

PER_PAGE = 25
LATELY = 20


@portal(Role.BUYER)
@require_safe
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Progress, points, rules in plain words, and all requests."""
    registration = _registration(actor)
    if registration is None:
        return redirect("customer:order")
    customer, seller = known(actor.customer_id), registration.seller
    day = local_day(timezone.now(), seller.time_zone)
    own = CollectionRequest.objects.visible_to(actor).select_related("site")
    page = Paginator(own.order_by("-requested_at", "-pk"), PER_PAGE)
    context = {
        "registration": registration,
        "band": band(customer_id=customer, seller_id=seller.pk, day=day),
        "rules": _rules(registration, day),
        "page": page.get_page(request.GET.get("page")),
        "moves": _moves(customer),
        "years": _years(registration, day, actor),
        "org_topic": topic_of(actor),
        "here": request.get_full_path(),
    }
    return render(request, "customer/collection.html", context)


def _registration(actor: Actor) -> Registration | None:
    try:
        return own_registration(actor)
    except Registration.DoesNotExist:
        return None


def _rules(registration: Registration, day: date) -> list[dict[str, Any]]:
    """The rules that hold for the customer, its seller's first, in plain words."""
    return [
        {
            "rule": rule,
            "issuer": rule.issuer_seller or rule.issuer_manufacturer,
            "words": in_words(rule),
        }
        for rule in shown_to(registration.customer, day)
    ]


def _moves(customer_id: int) -> list[dict[str, Any]]:
    """The last transactions of the customer's points, newest first, with their amounts."""
    own = Transaction.objects.filter(account__customer_id=customer_id)
    issuers = ("account__issuer_seller", "account__issuer_manufacturer")
    found = own.order_by("-at", "-pk").select_related(*issuers)
    found = found.prefetch_related("entries")[:LATELY]
    return [
        {"done": done, "points": sum(e.points for e in done.entries.all() if e.book == "customer")}
        for done in found
    ]


@portal(Role.BUYER)
def ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A new request; the form's key makes it one however often it is sent."""
    registration = own_registration(actor)
    start = {"site": registration.site_id, "way": registration.way, "boxes": 1}
    form = WishForm(request.POST or None, actor=actor, initial=start)
    key = _key(request)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_for_collection(_wish(form.cleaned_data), key=key, by=actor)
            messages.success(request, _("Your collection is requested. Print the labels now."))
            return redirect("customer:collection_one", made.number)
        except Refused as refusal:
            form.refuse(refusal)
    status = 422 if form.is_bound else 200
    return render(
        request, "customer/collection_ask.html", {"form": form, "key": key}, status=status
    )


def _key(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid4()


def _wish(given: dict[str, Any]) -> Wish:
    return Wish(
        site_id=given["site"].pk,
        way=given["way"],
        boxes=given["boxes"],
        pieces=given["pieces"],
        day=given["day"],
        note=given["note"],
    )


@portal(Role.BUYER)
@require_POST
def box(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One more box, please."""
    ask_for_box(by=actor)
    messages.success(request, _("A box is on its way to you soon."))
    return redirect("customer:collection")


@portal(Role.BUYER)
@require_safe
def one(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """One request: where it is, its labels, announced against counted."""
    return _show(request, actor, number)


def _show(
    request: HttpRequest, actor: Actor, number: str, status: int = 200, **more: Any
) -> HttpResponse:
    related = ("site", "seller", "customer", "driver", "centre")
    own = CollectionRequest.objects.visible_to(actor).select_related(*related)
    found = own.get(number=number)
    context = {
        "collection": found,
        "labels": list(found.labels.order_by("pk")),
        "models": counted_models(found),
        "timeline": request_timeline(found, actor),
        "may_cancel": found.may(Status.CANCELLED, actor),
        "cancel_form": CancelCollectionForm(),
        "steps": [s for s in Status if s != Status.CANCELLED],
        "org_topic": topic_of(actor),
        "here": request.path,
        **more,
    }
    return render(request, "customer/collection_one.html", context, status=status)


@portal(Role.BUYER)
@require_safe
def labels(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The labels of a request, to be printed."""
    own = CollectionRequest.objects.visible_to(actor).select_related("site", "customer")
    found = own.get(number=number)
    return printed(request, list(found.labels.order_by("pk")), found)


@portal(Role.BUYER)
@require_safe
@may_be_old
def statement(request: HttpRequest, actor: Actor, year: int) -> HttpResponse:
    """A year's statement as PDF, for whoever orders for all sites of the customer."""
    if actor.site_ids is not None:
        raise NotAllowed
    from tonerloop.collection.printing.statement import (
        statement_pdf,  # late: it brings 20 MB that few processes need
    )

    pdf = statement_pdf(yearly(known(actor.customer_id), year))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="collection-{year}.pdf"'
    return answer


def _years(registration: Registration, day: date, actor: Actor) -> list[int]:
    first = local_day(registration.registered_at, registration.seller.time_zone).year
    return [] if actor.site_ids is not None else list(range(day.year, first - 1, -1))


@portal(Role.BUYER)
@require_POST
def cancel(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """End a request before it is picked up."""
    form = CancelCollectionForm(request.POST)
    CollectionRequest.objects.visible_to(actor).get(number=number)
    if not form.is_valid():
        return _show(request, actor, number, 422, cancel_form=form)
    reason = form.cleaned_data["reason"]
    cancel_collection(number, reason, by=actor, seen_version=seen_version(request))
    messages.success(request, _("The collection is cancelled."))
    return redirect("customer:collection_one", number)
