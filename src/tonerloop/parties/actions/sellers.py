"""What a seller keeps about itself: how to reach it, its customer groups, its tax rates."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor
from tonerloop.parties.actions.common import keep, note, own_seller, seller_of, set_fields
from tonerloop.parties.models import CustomerGroup, Seller, TaxRate


@dataclass(frozen=True, kw_only=True)
class SellerFacts:
    """How customers and manufacturers reach the seller, and what it shows them."""

    address: str
    phone: str
    fax: str
    order_email: str
    time_zone: str
    shows_customer_price: bool
    confirms_by_mail: bool


@transaction.atomic
def change_seller(facts: SellerFacts, *, by: Actor) -> Seller:
    """Correct the seller's own details; its name and currency are the operator's to change."""
    seller = own_seller(by)
    if facts.time_zone not in available_timezones():
        raise ValidationError({"time_zone": _("Choose a time zone from the list.")})
    changed = set_fields(seller, asdict(facts))
    keep(seller)
    note(seller, by=by, action="changed", fields=changed)
    return seller


@transaction.atomic
def add_group(name: str, *, by: Actor) -> CustomerGroup:
    """Make a group whose customers share price agreements."""
    return _keep_group(CustomerGroup(seller=own_seller(by)), name, by=by)


@transaction.atomic
def rename_group(group_id: int, name: str, *, by: Actor) -> CustomerGroup:
    """Give a customer group another name."""
    seller = own_seller(by)
    return _keep_group(CustomerGroup.objects.get(pk=group_id, seller=seller), name, by=by)


@transaction.atomic
def set_tax_rate(product_class: str, percent: Decimal, *, by: Actor) -> TaxRate:
    """Tax on a class of product from now on; orders that are placed keep theirs."""
    seller = own_seller(by)
    known = TaxRate.objects.filter(seller=seller, product_class=product_class).first()
    rate = known or TaxRate(seller=seller, product_class=product_class)
    old, rate.percent = rate.percent if known else None, percent
    if not 0 <= percent <= 100:
        raise ValidationError({"percent": _("Type a percentage from 0 to 100.")})
    keep(rate)
    told = {"old": None if old is None else str(old), "new": str(percent)}
    note(rate, by=by, action="changed" if known else "added", **told)
    return rate


def _keep_group(group: CustomerGroup, name: str, *, by: Actor) -> CustomerGroup:
    same = CustomerGroup.objects.filter(seller_id=seller_of(by), name=name)
    if same.exclude(pk=group.pk).exists():
        raise ValidationError({"name": _("You have another group of this name.")})
    action, group.name = "changed" if group.pk else "added", name
    keep(group)
    note(group, by=by, action=action)
    return group
