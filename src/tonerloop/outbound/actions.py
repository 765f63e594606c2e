"""What people do with messages: send a failed one again; note that a desk has seen its own."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from tonerloop.common.actor import Actor, Role, require
from tonerloop.common.queueing import queue
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.outbound.models import Message

SEND = "outbound.send_mail"
SEND_PUSH = "outbound.send_push"


@transaction.atomic
def send_again(message_id: int, *, by: Actor) -> Message:
    """Put a failed mail of one of the seller's orders into the queue once more.

    DoesNotExist if it isn't the seller's or has not failed.
    """
    require(by, Role.SALESPERSON, Role.BACK_OFFICE)
    failed = Message.objects.select_for_update().filter(
        channel=Message.Channel.EMAIL, state=Message.State.FAILED
    )
    message = failed.get(pk=message_id, order_id__in=Order.objects.visible_to(by).values("pk"))
    _again(message)
    return message


@transaction.atomic
def send_mails_again(message_ids: Collection[int]) -> int:
    """Put failed mails, whatever they are about, into the queue once more; how many.

    For the operator: a mail about a collection or points has no order on whose page it would
    be shown as failed.
    """
    failed = Message.objects.filter(channel=Message.Channel.EMAIL, state=Message.State.FAILED)
    found = list(failed.select_for_update().filter(pk__in=message_ids).order_by("pk"))
    for message in found:
        _again(message)
    return len(found)


def _again(message: Message) -> None:
    message.state, message.error = Message.State.QUEUED, ""
    message.attempts, message.changed_at = 0, timezone.now()
    message.save(update_fields=["state", "error", "attempts", "changed_at"])
    queue(SEND, {"message_id": message.pk})


def mark_fetched(order_id: int, now: datetime) -> None:
    """The manufacturer's desk or its program has seen the order's requests."""
    unseen = ApprovalRequest.objects.filter(order_id=order_id, fetched_at=None)
    unseen.update(fetched_at=now)
    waiting = Message.objects.filter(order_id=order_id, channel=Message.Channel.DESK)
    waiting.filter(state=Message.State.QUEUED).update(state=Message.State.FETCHED, changed_at=now)
