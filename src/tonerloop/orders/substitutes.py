"""Substitutes: of the same kind and colour, by the same manufacturer, fitting the same machine."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from tonerloop.catalogue.models import Consumable
from tonerloop.fleet.models import Equipment
from tonerloop.orders.models import Order, OrderLine


def substitutes_for(line: OrderLine, order: Order) -> QuerySet[Consumable]:
    """What may be sent in place of the line's item."""
    item = line.consumable
    same = Consumable.objects.filter(
        manufacturer_id=order.manufacturer_id, kind=item.kind, colour=item.colour, active=True
    ).exclude(pk=item.pk)
    if line.equipment:
        return same.filter(fits=line.equipment.model_id)
    machines = Equipment.objects.filter(
        customer_id=order.customer_id, retired=False, model__consumables=OuterRef("pk")
    )
    return same.filter(Q(Exists(machines)))


def is_substitute(line: OrderLine, consumable_id: int, order: Order) -> bool:
    """True if this consumable may be sent in place of the line's item."""
    return substitutes_for(line, order).filter(pk=consumable_id).exists()
