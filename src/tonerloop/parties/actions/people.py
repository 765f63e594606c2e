"""Letting a customer's people in, and out again."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from tonerloop.common.actor import Actor, Role
from tonerloop.parties.actions.common import note, own_seller
from tonerloop.parties.actions.customers import own_customer
from tonerloop.parties.models import Customer, Membership, Person, Seller, Site

INVITE = "parties.invite"


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """Whom to let in, and for which sites; `all_sites` also counts for those to come."""

    email: str
    name: str
    language: str = "en"
    all_sites: bool = False
    site_ids: tuple[int, ...] = ()


@transaction.atomic
def invite_buyer(customer_id: int, invitation: Invitation, *, by: Actor) -> Membership:
    """Make somebody a buyer of the customer and mail them how to get in.

    Whoever has a log-in already keeps their name, language and password: they only get the
    role, and nobody is told whether they were known.
    """
    seller = own_seller(by)
    customer = own_customer(customer_id, by=by)
    sites = _sites(customer, invitation.all_sites, invitation.site_ids)
    membership, made = Membership.objects.get_or_create(
        person=_person(invitation, seller), role=Role.BUYER, customer=customer
    )
    _set_sites(membership, sites, all_sites=invitation.all_sites)
    note(membership, by=by, action="added" if made else "changed", customer=customer.pk)
    app.configure_task(INVITE, allow_unknown=False).defer(membership_id=membership.pk)
    return membership


@transaction.atomic
def change_buyer(
    membership_id: int, *, all_sites: bool, site_ids: Iterable[int], by: Actor
) -> Membership:
    """Choose anew for which sites a buyer orders."""
    membership = _own_membership(membership_id, by)
    assert membership.customer is not None
    sites = _sites(membership.customer, all_sites, site_ids)
    _set_sites(membership, sites, all_sites=all_sites)
    note(membership, by=by, action="changed", fields=["all_sites", "sites"])
    return membership


@transaction.atomic
def end_membership(membership_id: int, *, by: Actor) -> Membership:
    """Take a buyer's role away; what they ordered stays, and so does their log-in."""
    membership = _own_membership(membership_id, by)
    membership.active = False
    membership.save(update_fields=["active"])
    note(membership, by=by, action="ended", customer=membership.customer_id)
    return membership


def _own_membership(membership_id: int, by: Actor) -> Membership:
    seller = own_seller(by)
    found = Membership.objects.select_related("customer", "person")
    return found.select_for_update(of=("self",)).get(
        pk=membership_id, role=Role.BUYER, active=True, customer__seller=seller
    )


def _person(invitation: Invitation, seller: Seller) -> Person:
    email = invitation.email.strip().lower()
    facts = {
        "name": invitation.name,
        "language": invitation.language,
        "time_zone": seller.time_zone,
        "password": make_password(None),  # nobody's password: the mailed link sets the first one
    }
    Person(email=email, **facts).clean_fields()
    return Person.objects.get_or_create(email=email, defaults=facts)[0]


def _sites(customer: Customer, all_sites: bool, site_ids: Iterable[int]) -> list[Site]:
    wanted = set() if all_sites else set(site_ids)
    sites = list(Site.objects.filter(customer=customer, closed=False, pk__in=wanted))
    if len(sites) != len(wanted):
        raise ValidationError({"sites": _("Choose from this customer's open sites.")})
    if not sites and not all_sites:
        raise ValidationError({"sites": _("Choose at least one site, or all sites.")})
    return sites


def _set_sites(membership: Membership, sites: list[Site], *, all_sites: bool) -> None:
    membership.all_sites, membership.active = all_sites, True
    membership.save(update_fields=["all_sites", "active"])
    membership.sites.set(sites)
