"""Sites: those of a seller's customers, and a customer's own."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, check_match, located, makes, reads
from tonerloop.api.words import After, Incoming, Limit, Text, left, part
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema
from tonerloop.fleet.actions import close_site, reopen_site
from tonerloop.orders.basket import own_sites
from tonerloop.parties.actions import (
    SiteFacts,
    add_site,
    change_site,
    own_seller,
    seller_of,
)
from tonerloop.parties.models import Customer, Site

router = Router(tags=["Sites"])
READ, WRITE, OFFICE = "customers:read", "customers:write", Role.BACK_OFFICE


class SiteOut(Schema):
    """A place where machines stand and goods are sent."""

    id: int
    customer_id: int
    name: str
    address: str
    phone: str
    closed: bool


class SitesPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[SiteOut]
    next: str


class SiteIn(Incoming):
    """A site to be taken up."""

    name: Text = Field(min_length=1, max_length=80)
    address: Text = Field(min_length=1, max_length=500)
    phone: Text = Field("", max_length=30)


class SiteChange(Incoming):
    """What is given is changed, the rest stays."""

    name: Text = left(min_length=1, max_length=80)
    address: Text = left(min_length=1, max_length=500)
    phone: Text = left(max_length=30)


@reads(router, "/sites", SitesPage, "orders:read", Role.BUYER)
def sites(request: HttpRequest, after: After = "", limit: Limit = 50) -> SitesPage:
    """Your own sites, to which you can order."""
    return _page(own_sites(caller(request)), after, limit)


@reads(router, "/customers/{customer_id}/sites", SitesPage, READ, OFFICE)
def customer_sites(
    request: HttpRequest, customer_id: int, after: After = "", limit: Limit = 50
) -> SitesPage:
    """The sites of a customer of yours."""
    customer = Customer.objects.get(pk=customer_id, seller_id=seller_of(caller(request)))
    return _page(customer.sites.all(), after, limit)


@makes(router, "/customers/{customer_id}/sites", SiteOut, WRITE, OFFICE)
def site_new(request: HttpRequest, customer_id: int, body: SiteIn) -> SiteOut:
    """Take up a site of a customer."""
    made = add_site(customer_id, SiteFacts(**body.model_dump()), by=caller(request))
    located(request, f"sites/{made.pk}")
    return _out(made)


@reads(router, "/sites/{site_id}", SiteOut, READ, OFFICE)
def site(request: HttpRequest, site_id: int) -> SiteOut:
    """One site of one of your customers."""
    return _out(_own(request).get(pk=site_id))


@changes(router, "/sites/{site_id}", SiteOut, WRITE, OFFICE, method="PATCH")
@transaction.atomic
def site_change(request: HttpRequest, site_id: int, body: SiteChange) -> SiteOut:
    """Correct a site's facts."""
    before = _matching(request, site_id)
    facts: dict[str, Any] = {name: getattr(before, name) for name in SiteChange.model_fields}
    facts |= body.model_dump(exclude_unset=True)
    return _out(change_site(site_id, SiteFacts(**facts), by=caller(request)))


@changes(router, "/sites/{site_id}/close", SiteOut, WRITE, OFFICE)
@transaction.atomic
def site_close(request: HttpRequest, site_id: int) -> SiteOut:
    """Close a site where no machine is in use any more."""
    _matching(request, site_id)
    return _out(close_site(site_id, by=caller(request)))


@changes(router, "/sites/{site_id}/reopen", SiteOut, WRITE, OFFICE)
@transaction.atomic
def site_reopen(request: HttpRequest, site_id: int) -> SiteOut:
    """Open a closed site again."""
    _matching(request, site_id)
    return _out(reopen_site(site_id, by=caller(request)))


def _own(request: HttpRequest) -> Any:
    return Site.objects.filter(seller_id=seller_of(caller(request)))


def _matching(request: HttpRequest, site_id: int) -> Site:
    """The site as `If-Match` saw it; the seller's records are locked."""
    own_seller(caller(request))
    found: Site = _own(request).get(pk=site_id)
    check_match(request, _out(found))
    return found


def _page(found: Any, after: str, limit: int) -> SitesPage:
    rows, mark = part(found, after, limit, newest=False)
    return SitesPage(items=[_out(row) for row in rows], next=mark)


def _out(row: Site) -> SiteOut:
    return SiteOut(
        id=row.pk,
        customer_id=row.customer_id,
        name=row.name,
        address=row.address,
        phone=row.phone,
        closed=row.closed,
    )
