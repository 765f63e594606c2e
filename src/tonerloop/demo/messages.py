"""What was sent of the demo's orders, as their timelines show it; nothing is sent now."""

from collections.abc import Iterator
from datetime import timedelta
from zlib import crc32

from tonerloop.demo.rows import Rows
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.states import Status
from tonerloop.outbound.models import Message
from tonerloop.outbound.recipients import Recipient
from tonerloop.outbound.routes import ROUTES

UNSEEN = (Status.PRICE_CONFIRMED,)  # the request still lies at the desk


def messages_of(draft: Rows) -> Iterator[Message]:
    """The messages that the routes would have made of a draft's entries, all of which arrived."""
    for entry, _of in draft.entries:
        routes = ROUTES[Event(entry.event)]
        to = {one.address.lower(): one for route in routes for one in route(draft.order)}
        yield from (_message(entry, draft, one) for one in to.values())


def _message(entry: Entry, draft: Rows, to: Recipient) -> Message:
    key = crc32(to.address.lower().encode())
    return Message(
        entry=entry,
        order_id=draft.order.pk,
        channel=to.channel,
        template=to.template,
        recipient=to.address,
        side=to.side,
        language=to.language,
        time_zone=to.time_zone,
        message_id=f"<{draft.order.number}.{entry.pk}.{key}@tonerloop.example>",
        state=_state(draft, to),
        attempts=1 if to.channel == Message.Channel.EMAIL else 0,
        created_at=entry.at,
        changed_at=min(entry.at + timedelta(seconds=2 + key % 5), draft.now),
    )


def _state(draft: Rows, to: Recipient) -> Message.State:
    if to.channel == Message.Channel.EMAIL:
        return Message.State.SENT
    return Message.State.QUEUED if draft.order.status in UNSEEN else Message.State.FETCHED
