"""Cancelling: by the buyer, the seller or the manufacturer, always with a reason."""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor
from tonerloop.journal.events import Event
from tonerloop.orders.actions.common import fetch, tell
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.points_use import settle
from tonerloop.orders.states import CancelReason, Status, check_move


@transaction.atomic
def cancel(
    number: str, reason: str, text: str = "", *, by: Actor, seen_version: int | None = None
) -> Order:
    """End the order before its first shipment; the manufacturer's open request is withdrawn.

    `reason` is a CancelReason; OTHER needs words. Raises IllegalMove when it is too late.
    """
    order = fetch(number, by=by, seen_version=seen_version)
    check_move(order.status, Status.CANCELLED, by.side)
    if reason not in CancelReason.values or reason == CancelReason.DECLINED:
        raise Refused("reason", _("Choose a reason."))
    if reason == CancelReason.OTHER and not text.strip():
        raise Refused("text", _("Say in a few words why."))
    end_as_cancelled(order, CancelReason(reason), text.strip(), by=by)
    return order


def end_as_cancelled(order: Order, reason: CancelReason, text: str, *, by: Actor) -> None:
    """Cancel an order that is already locked, with all that follows from it."""
    now = timezone.now()
    order.move(Status.CANCELLED, side=by.side)
    order.cancelled_at, order.cancelled_side = now, by.side
    order.cancel_reason, order.cancel_text = reason, text
    settle(order, now, keep=Decimal(0))
    order.save()
    outcome = "cancelled" if by.side == "manufacturer" else "withdrawn"
    ApprovalRequest.objects.filter(order=order, closed_at=None).update(
        closed_at=now, outcome=outcome
    )
    order.proposals.filter(answered_at=None).update(answered_at=now, answer="void")
    tell(Event.ORDER_CANCELLED, order, by=by, data={"reason": reason, "text": text})
