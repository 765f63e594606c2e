"""Delivery and returns."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.common.days import add_working_days, local_day
from tonerloop.journal.events import Event
from tonerloop.orders.actions.common import fetch, lines_of, tell
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Delivery, Order, OrderLine, Return
from tonerloop.orders.states import ReturnReason, Status, check_move

DAYS_UNTIL_ASSUMED = 5
CLOCK = Actor(role=Role.RULE, rule="delivery-assumed")


@transaction.atomic
def report_delivery(
    number: str, *, by: Actor, nothing_more: bool = False, seen_version: int | None = None
) -> Order:
    """What was shipped has arrived; by the buyer or the manufacturer.

    While pieces are still to be shipped the order stays partly shipped, unless
    `nothing_more` is to come.
    """
    require(by, Role.BUYER, Role.ORDER_DESK)
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.DELIVERED, by.side)
    _deliver(order, by=by, ends=nothing_more or order.status == Status.SHIPPED)
    return order


def _deliver(order: Order, *, by: Actor, ends: bool, assumed: bool = False) -> None:
    arrived = list(order.lines.exclude(delivered_quantity=F("shipped_quantity")))
    if not ends and not arrived:
        raise Refused("delivery", _("Everything shipped so far is confirmed already."))
    _record_arrival(order, arrived)
    if ends:
        order.move(Status.DELIVERED, side=by.side)
        order.delivered_at, order.delivery_assumed = timezone.now(), assumed
    else:
        order.version += 1
    order.save()
    tell(Event.ORDER_DELIVERED, order, by=by, data={"assumed": assumed, "complete": ends})


def _record_arrival(order: Order, lines: list[OrderLine]) -> None:
    now = timezone.now()
    Delivery.objects.bulk_create(
        Delivery(
            line=line,
            customer_id=order.customer_id,
            quantity=line.shipped_quantity - line.delivered_quantity,
            at=now,
        )
        for line in lines
    )
    for line in lines:
        line.delivered_quantity = line.shipped_quantity
    OrderLine.objects.bulk_update(lines, ["delivered_quantity"])


def assume_deliveries(now: datetime) -> int:
    """Mark orders delivered five working days after the later of shipment and promised day."""
    old_enough = now - timedelta(days=DAYS_UNTIL_ASSUMED)
    due = Order.objects.filter(status=Status.SHIPPED, shipped_at__lte=old_enough)
    return sum(_assume(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _assume(pk: int, now: datetime) -> bool:
    order = (
        Order.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("seller")
        .filter(pk=pk, status=Status.SHIPPED)
        .first()
    )
    if order is None or order.shipped_at is None or order.promised_date is None:
        return False
    zone = order.seller.time_zone
    later = max(local_day(order.shipped_at, zone), order.promised_date)
    if local_day(now, zone) < add_working_days(later, DAYS_UNTIL_ASSUMED):
        return False
    _deliver(order, by=CLOCK, ends=True, assumed=True)
    return True


@transaction.atomic
def record_returns(
    number: str,
    quantities: Mapping[int, int],
    reason: str,
    *,
    by: Actor,
    seen_version: int | None = None,
) -> Order:
    """The seller records pieces that came back, by line position, with a ReturnReason."""
    require(by, Role.SALESPERSON, Role.BACK_OFFICE)
    order = fetch(number, by=by, seen_version=seen_version)
    if reason not in ReturnReason.values:
        raise Refused("reason", _("Choose a reason."))
    back = {position: count for position, count in quantities.items() if count}
    if not back:
        raise Refused("quantities", _("Type how many pieces came back."))
    lines = {line.position: line for line in lines_of(order)}
    now = timezone.now()
    for position, count in back.items():
        line = lines.get(position)
        left = line.delivered_quantity - line.returned_quantity if line else 0
        if line is None or not 0 < count <= left:
            words = _("Type a number from 0 to %(left)d: so many were delivered and not returned.")
            raise Refused(f"quantity-{position}", words % {"left": left})
        line.returned_quantity += count
        line.save(update_fields=["returned_quantity"])
        Return.objects.create(
            line=line,
            seller_id=order.seller_id,
            quantity=count,
            reason=reason,
            recorded_at=now,
            recorded_by_id=known(by.person_id),
        )
    order.version += 1
    order.save(update_fields=["version"])
    data = {"pieces": sum(back.values()), "reason": reason}
    tell(Event.ORDER_RETURNED, order, by=by, data=data, audience=[Side.BUYER, Side.SELLER])
    return order
