"""What the messages of a batch say, gathered in few queries, however many they are."""

from collections.abc import Sequence

from django.db.models import prefetch_related_objects

from tonerloop.common.actor import Role, Side
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Message
from tonerloop.outbound.subjects import load, load_all
from tonerloop.parties.models import Membership

UNSENT = (Message.State.QUEUED, Message.State.RETRYING)


def gathered(message_ids: Sequence[int]) -> dict[int, Message]:
    """Those of the messages that are to be sent, with what they are about and who reads it."""
    unsent = Message.objects.filter(pk__in=message_ids, state__in=UNSENT)
    found = {message.pk: message for message in unsent.select_related("entry", "device__person")}
    load_all(message.entry for message in found.values())
    about = [m for m in found.values() if m.order_id is not None and hasattr(m.entry, "_subject")]
    prefetch_related_objects(
        [order for m in about if isinstance(order := load(m.entry), Order)], "lines__consumable"
    )
    _readers(about)
    return found


def _readers(messages: Sequence[Message]) -> None:
    """Mark what a salesperson of the order's seller reads: in charge, deputy or standing in."""
    wanted = {m.recipient.lower() for m in messages if m.side == Side.SELLER}
    own = Membership.objects.filter(
        role=Role.SALESPERSON, active=True, person__email__in=wanted, seller__isnull=False
    )
    there = set(own.values_list("seller_id", "person__email")) if wanted else set()
    for message in messages:
        order = load(message.entry)
        reader = (order.seller_id, message.recipient.lower())
        message.to_salesperson = message.side == Side.SELLER and reader in there
