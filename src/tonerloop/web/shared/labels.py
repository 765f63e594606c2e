"""A scanned label opens its own page, the one of whoever scanned it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from tonerloop.collection.models import CollectionRequest, Label
from tonerloop.collection.numbers import scanned
from tonerloop.common.actor import Actor, Role
from tonerloop.web.shared.portal import portal

PAGES = {
    Role.BUYER: "customer:collection_one",
    Role.BACK_OFFICE: "seller:collection",
    Role.DISPATCHER: "collector:collection",
    Role.CLERK: "recovery:request",
}


@portal(*PAGES, Role.DRIVER)
@require_safe
def label(request: HttpRequest, actor: Actor, identifier: str) -> HttpResponse:
    """To the page of the label's request; 404 where it isn't the reader's."""
    found = Label.objects.get(identifier=scanned(identifier) or "")
    own = CollectionRequest.objects.visible_to(actor)
    if found.request_id is None and actor.role == Role.BUYER:
        if found.customer_id != actor.customer_id:
            raise Label.DoesNotExist
        return redirect("customer:collection")
    number = own.get(pk=found.request_id or 0).number
    if actor.role == Role.DRIVER:
        return redirect("driver:stops")
    return redirect(PAGES[actor.role], number)
