"""Back office: a customer's sites and its people."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tonerloop.common.actor import Actor, Role
from tonerloop.fleet.actions import close_site, reopen_site
from tonerloop.parties.actions import (
    add_site,
    change_buyer,
    change_site,
    end_membership,
    invite_buyer,
    seller_of,
)
from tonerloop.parties.models import Membership, Site
from tonerloop.web.seller.records import own_customers
from tonerloop.web.seller.records_common import kept, show
from tonerloop.web.seller.records_forms import InvitationForm, SiteForm, SitesForm
from tonerloop.web.shared.portal import portal


@portal(Role.BACK_OFFICE)
def site_new(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """Take up a site of a customer."""
    found = own_customers(actor).get(pk=customer)
    form = SiteForm(request.POST or None)
    if kept(form, lambda: add_site(customer, form.facts(), by=actor)) is None:
        return _site_page(request, actor, {"customer": found}, form)
    messages.success(request, _("The site is added."))
    return redirect("seller:customer", customer)


@portal(Role.BACK_OFFICE)
def site_edit(request: HttpRequest, actor: Actor, site: int) -> HttpResponse:
    """Correct a site's facts."""
    found = _own_sites(actor).select_related("customer").get(pk=site)
    form = SiteForm(request.POST or None, initial=SiteForm.initial_of(found))
    if kept(form, lambda: change_site(site, form.facts(), by=actor)) is None:
        return _site_page(request, actor, {"customer": found.customer, "site": found}, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:customer", found.customer_id)


@portal(Role.BACK_OFFICE)
@require_POST
def site_close(request: HttpRequest, actor: Actor, site: int) -> HttpResponse:
    """Close a site where no machine stands any more."""
    found = _own_sites(actor).get(pk=site)
    try:
        close_site(site, by=actor)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("The site is closed. Nothing is sent there any more."))
    return redirect("seller:customer", found.customer_id)


@portal(Role.BACK_OFFICE)
@require_POST
def site_reopen(request: HttpRequest, actor: Actor, site: int) -> HttpResponse:
    """Open a closed site again."""
    found = reopen_site(site, by=actor)
    messages.success(request, _("The site is open again."))
    return redirect("seller:customer", found.customer_id)


@portal(Role.BACK_OFFICE)
def buyer_new(request: HttpRequest, actor: Actor, customer: int) -> HttpResponse:
    """Invite a buyer."""
    found = own_customers(actor).select_related("seller").get(pk=customer)
    shown = {"all_sites": True, "language": found.seller.language}
    form = InvitationForm(request.POST or None, initial=shown, customer=found)
    if kept(form, lambda: invite_buyer(customer, form.invitation(), by=actor)) is None:
        return show(request, "buyer_form.html", {"customer": found}, form)
    words = _("%(email)s can order now. A mail tells them how to get in.")
    messages.success(request, words % {"email": form.cleaned_data["email"].lower()})
    return redirect("seller:customer", customer)


@portal(Role.BACK_OFFICE)
def buyer_edit(request: HttpRequest, actor: Actor, membership: int) -> HttpResponse:
    """Choose anew for which sites a buyer orders."""
    buyer = _own_buyers(actor).get(pk=membership)
    assert buyer.customer is not None
    chosen = list(buyer.sites.values_list("pk", flat=True))
    shown = {"all_sites": buyer.all_sites, "sites": chosen}
    form = SitesForm(request.POST or None, initial=shown, customer=buyer.customer)

    def change() -> Membership:
        every = form.cleaned_data["all_sites"]
        return change_buyer(membership, all_sites=every, site_ids=form.site_ids(), by=actor)

    if kept(form, change) is None:
        context = {"customer": buyer.customer, "buyer": buyer}
        return show(request, "buyer_form.html", context, form)
    messages.success(request, _("The changes are kept."))
    return redirect("seller:customer", buyer.customer_id)


@portal(Role.BACK_OFFICE)
@require_POST
def buyer_end(request: HttpRequest, actor: Actor, membership: int) -> HttpResponse:
    """Take a buyer's role away."""
    ended = end_membership(membership, by=actor)
    words = _("%(email)s can no longer order for this customer.")
    messages.success(request, words % {"email": ended.person.email})
    return redirect("seller:customer", ended.customer_id)


def _site_page(
    request: HttpRequest, actor: Actor, context: dict[str, Any], form: SiteForm
) -> HttpResponse:
    named = _own_sites(actor).exclude(region="").order_by("region").distinct("region")
    regions = list(named.values_list("region", flat=True))
    return show(request, "site_form.html", {**context, "regions": regions}, form)


def _own_sites(actor: Actor) -> QuerySet[Site]:
    return Site.objects.filter(seller_id=seller_of(actor))


def _own_buyers(actor: Actor) -> QuerySet[Membership]:
    own = Membership.objects.filter(customer__seller_id=seller_of(actor), role=Role.BUYER)
    return own.filter(active=True).select_related("customer", "person")
