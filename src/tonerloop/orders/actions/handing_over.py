"""Customers go to another salesperson, with all that is under way for them."""

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Side
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.orders.actions.answering import BETWEEN_US
from tonerloop.orders.actions.common import subject
from tonerloop.orders.models import Order
from tonerloop.orders.states import OPEN
from tonerloop.parties.actions import own_seller, seller_people
from tonerloop.parties.models import Customer


@transaction.atomic
def hand_over(
    from_id: int, to_id: int, customer_ids: Collection[int] | None = None, *, by: Actor
) -> int:
    """The back office gives a salesperson's customers (None: all) to another; how many.

    Open orders need nothing more: who sees them and who is reminded is read from the customer.
    Where the new salesperson was the deputy, the customer has none until somebody names one.
    """
    seller = own_seller(by)
    people = set(seller_people(seller.pk).values_list("pk", flat=True))
    if to_id not in people or to_id == from_id:
        raise ValidationError(
            {"to": [_("Choose one of your people, other than who has them now.")]}
        )
    mine = Customer.objects.filter(seller=seller, salesperson_id=from_id)
    chosen = mine if customer_ids is None else mine.filter(pk__in=customer_ids)
    ids = list(chosen.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    if not ids or (customer_ids is not None and len(ids) != len(set(customer_ids))):
        words = _("Choose from the customers that this salesperson has now.")
        raise ValidationError({"customers": [words]})
    handed = Customer.objects.filter(pk__in=ids)
    handed.filter(deputy_id=to_id).update(deputy=None)
    handed.update(salesperson_id=to_id)
    _note(seller.pk, ids, {"from": from_id, "to": to_id}, by)
    return len(ids)


def _note(seller_id: int, ids: list[int], who: dict[str, int], by: Actor) -> None:
    customers = [Subject(kind="customer", id=pk, seller_id=seller_id) for pk in ids]
    data = {"action": "handed_over", **who}
    record(Event.RECORD_CHANGED, *customers, by=by, data=data, audience=[Side.SELLER])
    orders = Order.objects.filter(customer__in=ids, status__in=OPEN).order_by("pk")
    if under_way := [subject(order) for order in orders]:
        record(Event.ORDER_HANDED_OVER, *under_way, by=by, data=who, audience=BETWEEN_US)
