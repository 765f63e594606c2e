"""What left the manufacturer, line by line."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, require
from tonerloop.journal.events import Event
from tonerloop.orders.actions.common import fetch, lines_of, tell
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Order, OrderLine, Shipment, ShipmentLine
from tonerloop.orders.states import Status, check_move


@transaction.atomic
def ship(
    number: str,
    quantities: Mapping[int, int],
    *,
    by: Actor,
    carrier: str = "",
    tracking_number: str = "",
    reference: str = "",
    seen_version: int | None = None,
) -> Order:
    """The manufacturer reports a shipment: pieces by line position; never more than approved.

    A program gives its delivery note's number as `reference`: told twice, it is one shipment.
    """
    require(by, Role.ORDER_DESK)
    order = fetch(number, by=by, seen_version=seen_version)
    sent = {position: count for position, count in quantities.items() if count}
    if _was_shipped_so(order, reference, sent):
        return order
    check_move(order.status, Status.SHIPPED, by.side)
    lines = {line.position: line for line in lines_of(order)}
    _check(lines, sent)
    shipment = Shipment(carrier=carrier, tracking_number=tracking_number, reference=reference)
    _store(order, shipment, lines, sent)
    complete = all(line.shipped_quantity == line.approved_quantity for line in lines.values())
    order.move(Status.SHIPPED if complete else Status.PARTLY_SHIPPED, side=by.side)
    order.save()
    data = {"shipment": shipment.pk, "pieces": sum(sent.values()), "complete": complete}
    tell(Event.ORDER_SHIPPED, order, by=by, data=data)
    return order


def _store(
    order: Order, shipment: Shipment, lines: Mapping[int, OrderLine], sent: Mapping[int, int]
) -> None:
    for position, count in sent.items():
        lines[position].shipped_quantity += count
    OrderLine.objects.bulk_update(lines.values(), ["shipped_quantity"])
    shipment.order, shipment.shipped_at = order, timezone.now()
    shipment.save()
    ShipmentLine.objects.bulk_create(
        [ShipmentLine(shipment=shipment, line=lines[p], quantity=n) for p, n in sent.items()]
    )
    order.shipped_at = shipment.shipped_at


def _was_shipped_so(order: Order, reference: str, sent: Mapping[int, int]) -> bool:
    """True if this delivery note was reported with these pieces; Refused if with others."""
    earlier = order.shipments.filter(reference=reference).first() if reference else None
    if earlier is None:
        return False
    if dict(earlier.lines.values_list("line__position", "quantity")) != dict(sent):
        words = _("Delivery note %(reference)s was reported already, with other quantities.")
        raise Refused("reference", words % {"reference": reference})
    return True


def _check(lines: Mapping[int, OrderLine], sent: Mapping[int, int]) -> None:
    if not sent:
        raise Refused("quantities", _("Type how many pieces left."))
    for position, count in sent.items():
        line = lines.get(position)
        if line is None:
            raise Refused(f"quantity-{position}", _("This order has no such line."))
        left = line.approved_quantity - line.shipped_quantity
        if not 0 < count <= left:
            words = _("Type a number from 0 to %(left)d: so many are still to be shipped.")
            raise Refused(f"quantity-{position}", words % {"left": left})
