"""Keeping customers and their sites."""

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor
from tonerloop.parties.actions.common import keep, note, own_seller, seller_of, set_fields
from tonerloop.parties.models import Customer, CustomerGroup, Membership, Person, Site


@dataclass(frozen=True, kw_only=True)
class CustomerFacts:
    """What a seller keeps about a customer."""

    number: str
    name: str
    salesperson_id: int
    deputy_id: int | None = None
    group_id: int | None = None
    phone: str = ""
    address: str = ""
    order_email: str = ""


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """What a seller keeps about a customer's site."""

    name: str
    address: str
    phone: str = ""
    region: str = ""


def seller_people(seller_id: int) -> QuerySet[Person]:
    """Those who can be in charge of a customer: people with an active role at this seller."""
    roles = Membership.objects.filter(person=OuterRef("pk"), seller_id=seller_id, active=True)
    return Person.objects.filter(Exists(roles)).order_by("name", "pk")


def own_customer(customer_id: int, *, by: Actor) -> Customer:
    """A customer of the actor's seller, locked; DoesNotExist for anybody else's."""
    found = Customer.objects.select_for_update(no_key=True)
    return found.get(pk=customer_id, seller_id=seller_of(by))


@transaction.atomic
def add_customer(facts: CustomerFacts, *, by: Actor) -> Customer:
    """Take up a customer; ValidationError by field if the facts do not hold."""
    return _keep_customer(Customer(seller=own_seller(by)), facts, by=by)


@transaction.atomic
def change_customer(customer_id: int, facts: CustomerFacts, *, by: Actor) -> Customer:
    """Correct what is kept about a customer."""
    own_seller(by)
    return _keep_customer(own_customer(customer_id, by=by), facts, by=by)


@transaction.atomic
def add_site(customer_id: int, facts: SiteFacts, *, by: Actor) -> Site:
    """Take up a place of a customer where machines stand and goods are sent."""
    seller = own_seller(by)
    customer = own_customer(customer_id, by=by)
    return _keep_site(Site(seller=seller, customer=customer), facts, by=by)


@transaction.atomic
def change_site(site_id: int, facts: SiteFacts, *, by: Actor) -> Site:
    """Correct a site's name, address, telephone or region."""
    own_seller(by)
    site = Site.objects.select_for_update(no_key=True).get(pk=site_id, seller_id=seller_of(by))
    return _keep_site(site, facts, by=by)


def _keep_customer(customer: Customer, facts: CustomerFacts, *, by: Actor) -> Customer:
    _check_customer(customer, facts, by)
    action = "changed" if customer.pk else "added"
    changed = set_fields(customer, asdict(facts))
    keep(customer)
    note(customer, by=by, action=action, fields=changed)
    return customer


def _check_customer(customer: Customer, facts: CustomerFacts, by: Actor) -> None:
    same = Customer.objects.filter(seller_id=seller_of(by), number=facts.number)
    if same.exclude(pk=customer.pk).exists():
        raise ValidationError({"number": _("Another customer has this number.")})
    groups = CustomerGroup.objects.filter(seller_id=seller_of(by))
    if facts.group_id and not groups.filter(pk=facts.group_id).exists():
        raise ValidationError({"group": _("Choose one of your customer groups.")})
    known = set(seller_people(seller_of(by)).values_list("pk", flat=True))
    wanted = {"salesperson": facts.salesperson_id, "deputy": facts.deputy_id}
    for field, person_id in wanted.items():
        if person_id and person_id not in known:
            raise ValidationError({field: _("Choose one of your people.")})
    if facts.deputy_id == facts.salesperson_id:
        words = _("The deputy must be somebody else than the salesperson in charge.")
        raise ValidationError({"deputy": words})


def _keep_site(site: Site, facts: SiteFacts, *, by: Actor) -> Site:
    same = Site.objects.filter(customer_id=site.customer_id, name=facts.name)
    if same.exclude(pk=site.pk).exists():
        raise ValidationError({"name": _("This customer has another site of this name.")})
    action = "changed" if site.pk else "added"
    changed = set_fields(site, asdict(facts))
    keep(site)
    note(site, by=by, action=action, customer=site.customer_id, fields=changed)
    return site
