"""Ordering again: from an earlier order and from saved lists, and keeping these."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tonerloop.common.actor import Actor, Role
from tonerloop.orders.basket import open_basket
from tonerloop.orders.errors import Refused
from tonerloop.orders.saved_lists import (
    counted,
    delete,
    lines_of,
    order_from,
    own_lists,
    rename,
    reorder,
    save_basket,
)
from tonerloop.web.customer.filled import tell
from tonerloop.web.customer.forms import ListNameForm
from tonerloop.web.shared.portal import portal


@portal(Role.BUYER)
@require_POST
def again(request: HttpRequest, actor: Actor, number: str) -> HttpResponse:
    """The lines of an earlier order, into the order that is being typed."""
    _order, filled = reorder(number, by=actor)
    tell(request, filled)
    return redirect("customer:order")


@portal(Role.BUYER)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All lists; the POST keeps what is in the order now as another one."""
    form = ListNameForm(request.POST or None)
    if form.is_valid():
        try:
            saved = save_basket(form.cleaned_data["name"], by=actor)
            messages.success(request, _("The list “%(name)s” is saved.") % {"name": saved.name})
            return redirect("customer:lists")
        except Refused as refusal:
            form.refuse(refusal)
    basket = open_basket(actor)
    context = {"form": form, "lists": counted(actor), "waiting": basket.lines.count()}
    status = 422 if form.errors else 200
    return render(request, "customer/lists.html", context, status=status)


@portal(Role.BUYER)
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, actor: Actor, saved_list: int) -> HttpResponse:
    """What is in a list; the POST gives it another name."""
    found = own_lists(actor).select_related("saved_by").get(pk=saved_list)
    form = ListNameForm(request.POST or None, initial={"name": found.name})
    if form.is_valid():
        try:
            rename(saved_list, form.cleaned_data["name"], by=actor)
            messages.success(request, _("The list has its new name."))
            return redirect("customer:list", saved_list)
        except Refused as refusal:
            form.refuse(refusal)
    context = {"list": found, "lines": lines_of(found, actor), "form": form}
    status = 422 if form.errors else 200
    return render(request, "customer/list.html", context, status=status)


@portal(Role.BUYER)
@require_POST
def ordered(request: HttpRequest, actor: Actor, saved_list: int) -> HttpResponse:
    """A list's lines, into the order that is being typed."""
    _saved, filled = order_from(saved_list, by=actor)
    tell(request, filled)
    return redirect("customer:order")


@portal(Role.BUYER)
@require_POST
def deleted(request: HttpRequest, actor: Actor, saved_list: int) -> HttpResponse:
    """A list that is no longer used."""
    try:
        name = delete(saved_list, by=actor)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("customer:list", saved_list)
    messages.success(request, _("The list “%(name)s” is deleted.") % {"name": name})
    return redirect("customer:lists")
