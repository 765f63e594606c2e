"""Keeping price agreements and purchase prices: what has begun is history and is not rewritten."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor
from tonerloop.common.days import local_day
from tonerloop.common.money import is_whole_minor, minor_digits
from tonerloop.parties.actions import keep, note, own_seller, set_fields
from tonerloop.parties.models import Customer, CustomerGroup, Seller
from tonerloop.pricing.models import Dated, PriceAgreement, PriceBreak, PurchasePrice

D = TypeVar("D", bound=Dated)
Breaks = tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A unit price with its currency, days (both included) and quantity breaks.

    `breaks` and `note` are an agreement's only; a purchase price has none.
    """

    currency: str
    unit_price: Decimal
    first_day: date
    last_day: date | None = None
    note: str = ""
    breaks: Breaks = ()


@transaction.atomic
def add_agreement(
    consumable_id: int,
    terms: Terms,
    *,
    customer_id: int | None = None,
    group_id: int | None = None,
    by: Actor,
) -> PriceAgreement:
    """Agree a price with one customer, with a group, or (neither given) for the seller's list."""
    seller = own_seller(by)
    _check_party(seller, customer_id, group_id)
    agreement = PriceAgreement(
        seller=seller,
        customer_id=customer_id,
        group_id=group_id,
        consumable_id=consumable_id,
    )
    return _keep_agreement(agreement, terms, by=by, action="added")


@transaction.atomic
def change_agreement(agreement_id: int, terms: Terms, *, by: Actor) -> PriceAgreement:
    """Change an agreement, for whom and for what it is stays.

    One that has not begun is changed in place. One that has begun may stand in orders, so it
    ends and a successor with the new terms begins on `terms.first_day`, today at the earliest.
    """
    seller = own_seller(by)
    old = PriceAgreement.objects.select_for_update().get(pk=agreement_id, seller=seller)
    if old.first_day > today_of(seller):
        return _keep_agreement(old, terms, by=by, action="changed")
    successor = _succeed(old, terms, seller, by)
    return _keep_agreement(successor, terms, by=by, action="added", follows=old.pk)


@transaction.atomic
def end_agreement(agreement_id: int, *, last_day: date, by: Actor) -> PriceAgreement:
    """Let an agreement hold until this day and no longer, today at the earliest."""
    seller = own_seller(by)
    found = PriceAgreement.objects.select_for_update().get(pk=agreement_id, seller=seller)
    return _end(found, last_day, seller, by)


@transaction.atomic
def add_purchase_price(consumable_id: int, terms: Terms, *, by: Actor) -> PurchasePrice:
    """Note what the seller pays the consumable's manufacturer."""
    seller = own_seller(by)
    price = PurchasePrice(seller=seller, consumable_id=consumable_id)
    price.manufacturer_id = _consumable(consumable_id).manufacturer_id
    return _keep_purchase_price(price, terms, by=by, action="added")


@transaction.atomic
def change_purchase_price(price_id: int, terms: Terms, *, by: Actor) -> PurchasePrice:
    """Change a purchase price: in place before it begins, else by a successor, as agreements."""
    seller = own_seller(by)
    old = PurchasePrice.objects.select_for_update().get(pk=price_id, seller=seller)
    if old.first_day > today_of(seller):
        return _keep_purchase_price(old, terms, by=by, action="changed")
    successor = _succeed(old, terms, seller, by)
    return _keep_purchase_price(successor, terms, by=by, action="added", follows=old.pk)


@transaction.atomic
def end_purchase_price(price_id: int, *, last_day: date, by: Actor) -> PurchasePrice:
    """Let a purchase price hold until this day and no longer, today at the earliest."""
    seller = own_seller(by)
    found = PurchasePrice.objects.select_for_update().get(pk=price_id, seller=seller)
    return _end(found, last_day, seller, by)


def today_of(seller: Seller) -> date:
    """The seller's local day, on which its prices are looked up."""
    return local_day(timezone.now(), seller.time_zone)


def _consumable(consumable_id: int) -> Consumable:
    found = Consumable.objects.filter(pk=consumable_id).first()
    if found is None:
        raise ValidationError({"part_number": _("No consumable has this part number.")})
    return found


def _check_party(seller: Seller, customer_id: int | None, group_id: int | None) -> None:
    if customer_id and group_id:
        words = _("Choose a customer or a group, not both.")
        raise ValidationError({"group": words})
    customers = Customer.objects.filter(seller=seller)
    if customer_id and not customers.filter(pk=customer_id).exists():
        raise ValidationError({"customer": _("Choose one of your customers.")})
    groups = CustomerGroup.objects.filter(seller=seller)
    if group_id and not groups.filter(pk=group_id).exists():
        raise ValidationError({"group": _("Choose one of your customer groups.")})


def _keep_agreement(
    agreement: PriceAgreement, terms: Terms, *, by: Actor, action: str, **data: Any
) -> PriceAgreement:
    _check_breaks(terms)
    old = _terms_told(agreement)
    agreement.note = terms.note
    _keep_dated(agreement, terms)
    agreement.breaks.all().delete()
    for quantity, price in terms.breaks:
        keep(PriceBreak(agreement=agreement, min_quantity=quantity, unit_price=price))
    note(agreement, by=by, action=action, old=old, new=_terms_told(agreement), **data)
    return agreement


def _keep_purchase_price(
    price: PurchasePrice, terms: Terms, *, by: Actor, action: str, **data: Any
) -> PurchasePrice:
    old = _terms_told(price)
    _keep_dated(price, terms)
    note(price, by=by, action=action, old=old, new=_terms_told(price), **data)
    return price


def _keep_dated(row: Dated, terms: Terms) -> None:
    _consumable(row.consumable_id)
    check_amount("unit_price", terms.unit_price, terms.currency)
    if terms.last_day and terms.last_day < terms.first_day:
        words = _("The last day lies before the first. Choose the same day or a later one.")
        raise ValidationError({"last_day": words})
    names = ("currency", "unit_price", "first_day", "last_day")
    set_fields(row, {name: getattr(terms, name) for name in names})
    keep(row)


def _check_breaks(terms: Terms) -> None:
    quantities = [quantity for quantity, _price in terms.breaks]
    if any(quantity < 2 for quantity in quantities):
        raise ValidationError({"breaks": _("A quantity break begins at 2 pieces or more.")})
    if len(set(quantities)) < len(quantities):
        words = _("Two rows begin at the same quantity. Keep one of them.")
        raise ValidationError({"breaks": words})
    for _quantity, price in terms.breaks:
        check_amount("breaks", price, terms.currency)


def check_amount(field: str, amount: Decimal, currency: str) -> None:
    """ValidationError for an amount that is negative or finer than its currency."""
    if amount < 0:
        raise ValidationError({field: _("A price cannot be negative.")})
    if is_whole_minor(amount, currency):
        return
    digits = minor_digits(currency)
    words = _("%(currency)s has no digits after the point.")
    if digits:
        words = _("%(currency)s has %(digits)d digits after the point.")
    raise ValidationError({field: words % {"currency": currency, "digits": digits}})


def _succeed(old: D, terms: Terms, seller: Seller, by: Actor) -> D:
    """End what has begun on the eve of the new terms, and return the row that follows, unsaved.

    Where both begin on the same day the older keeps that day, and the newer one holds.
    """
    if terms.first_day < max(today_of(seller), old.first_day):
        words = _("This price has begun. New terms can begin today at the earliest.")
        raise ValidationError({"first_day": words})
    eve = max(terms.first_day - timedelta(days=1), old.first_day)
    if old.last_day is None or old.last_day > eve:
        _set_last_day(old, eve, by)
    successor = type(old)(seller=seller, consumable_id=old.consumable_id)
    kept = ("customer_id", "group_id", "manufacturer_id")
    set_fields(successor, {n: getattr(old, n) for n in kept if hasattr(old, n)})
    return successor


def _end(row: D, last_day: date, seller: Seller, by: Actor) -> D:
    today = today_of(seller)
    if row.last_day and row.last_day < today:
        raise ValidationError({"last_day": _("This price has ended already. Add a new one.")})
    if last_day < max(today, row.first_day):
        words = _("Choose today or a later day, not before the first day.")
        raise ValidationError({"last_day": words})
    _set_last_day(row, last_day, by)
    return row


def _set_last_day(row: Dated, last_day: date, by: Actor) -> None:
    old, row.last_day = row.last_day, last_day
    row.save(update_fields=["last_day"])
    note(row, by=by, action="ended", old=str(old or ""), new=str(last_day))


def _terms_told(row: Dated) -> dict[str, Any]:
    if not row.pk:
        return {}
    told: dict[str, Any] = {"currency": row.currency, "unit_price": str(row.unit_price)}
    told |= {"first_day": str(row.first_day), "last_day": str(row.last_day or "")}
    if isinstance(row, PriceAgreement):
        breaks = PriceBreak.objects.filter(agreement=row)
        told["breaks"] = [[each.min_quantity, str(each.unit_price)] for each in breaks]
    return told
