"""What a seller sets against slips: price floors, and when the server may confirm by itself."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, known
from tonerloop.parties.actions import keep, note, own_seller
from tonerloop.parties.models import Customer, Seller
from tonerloop.pricing.actions import check_amount
from tonerloop.pricing.models import ConfirmationRule, Floor

MOST_PERCENT = Decimal(500)


@transaction.atomic
def set_floor_for_all(percent: Decimal | None, *, by: Actor) -> Floor | None:
    """So many percent over the purchase price, for all without a floor of their own; None: none."""
    seller = own_seller(by)
    floor = Floor.objects.filter(seller=seller, consumable=None).first()
    if percent is None:
        if floor is not None:
            _remove(floor, by)
        return None
    return _keep_floor(floor or Floor(seller=seller), by=by, percent=percent)


@transaction.atomic
def set_floor(
    consumable_id: int,
    *,
    percent: Decimal | None = None,
    amount: Decimal | None = None,
    currency: str = "",
    by: Actor,
) -> Floor:
    """One consumable's own floor: percent over its purchase price, or a lowest price."""
    seller = own_seller(by)
    if not Consumable.objects.filter(pk=consumable_id).exists():
        raise ValidationError({"part_number": _("No consumable has this part number.")})
    if (percent is None) == (amount is None):
        raise ValidationError(
            {"percent": _("Type a percentage or a lowest price, one of the two.")}
        )
    found = Floor.objects.filter(seller=seller, consumable_id=consumable_id).first()
    floor = found or Floor(seller=seller, consumable_id=consumable_id)
    return _keep_floor(floor, by=by, percent=percent, amount=amount, currency=currency)


@transaction.atomic
def remove_floor(floor_id: int, *, by: Actor) -> None:
    """Take a floor away; what the seller set for all holds again."""
    _remove(Floor.objects.get(pk=floor_id, seller=own_seller(by)), by)


@transaction.atomic
def allow_confirmation(
    customer_id: int, ceiling: Decimal, *, with_list: bool = False, by: Actor
) -> ConfirmationRule:
    """Let the server confirm this customer's prices up to a total after tax, from now on."""
    seller = own_seller(by)
    customer = Customer.objects.get(pk=customer_id, seller=seller)
    check_amount("ceiling", ceiling, seller.currency)
    if ceiling <= 0:
        raise ValidationError({"ceiling": _("Type an amount above zero.")})
    old = _in_force(customer, seller)
    if old and (old.ceiling, old.with_list) == (ceiling, with_list):
        return old
    if old:
        _end(old, by)
    rule = ConfirmationRule(
        seller=seller,
        customer=customer,
        ceiling=ceiling,
        currency=seller.currency,
        with_list=with_list,
        set_at=timezone.now(),
        set_by_id=known(by.person_id),
    )
    rule.save()
    note(rule, by=by, action="added", customer=customer.pk, ceiling=str(ceiling), list=with_list)
    return rule


@transaction.atomic
def forbid_confirmation(customer_id: int, *, by: Actor) -> None:
    """From now on a person confirms every price of this customer; nothing if that is so already."""
    seller = own_seller(by)
    customer = Customer.objects.get(pk=customer_id, seller=seller)
    if rule := _in_force(customer, seller):
        _end(rule, by)


def _in_force(customer: Customer, seller: Seller) -> ConfirmationRule | None:
    # Locked: an order that is just being confirmed by it comes first.
    rules = ConfirmationRule.objects.select_for_update(of=("self",))
    return rules.filter(customer=customer, seller=seller, ended_at=None).first()


def _end(rule: ConfirmationRule, by: Actor) -> None:
    rule.ended_at, rule.ended_by_id = timezone.now(), known(by.person_id)
    rule.save(update_fields=["ended_at", "ended_by"])
    note(rule, by=by, action="ended", customer=rule.customer_id)


def _keep_floor(
    floor: Floor,
    *,
    by: Actor,
    percent: Decimal | None = None,
    amount: Decimal | None = None,
    currency: str = "",
) -> Floor:
    old = str(floor) if floor.pk else None
    if percent is not None and not 0 <= percent <= MOST_PERCENT:
        words = _("Type a percentage from 0 to %(most)d.") % {"most": MOST_PERCENT}
        raise ValidationError({"percent": words})
    if amount is not None:
        check_amount("amount", amount, currency)
        if not amount:
            raise ValidationError({"amount": _("Type an amount above zero.")})
    floor.percent, floor.amount = percent, amount
    floor.currency = "" if amount is None else currency
    keep(floor)
    action = "changed" if old else "added"
    note(floor, by=by, action=action, consumable=floor.consumable_id, old=old, new=str(floor))
    return floor


def _remove(floor: Floor, by: Actor) -> None:
    note(floor, by=by, action="removed", consumable=floor.consumable_id, old=str(floor))
    floor.delete()
