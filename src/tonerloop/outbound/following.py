"""What happened to an order or a collection, for one reader, with what was sent and its fate."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from tonerloop.common.actor import SIDES, Actor, Role
from tonerloop.common.wall import through
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Message
from tonerloop.parties.models import Person
from tonerloop.programs.models import ApiKey

SELLERS = (Role.SALESPERSON, Role.BACK_OFFICE)
NO_EFFECT = (InboundMessage.Outcome.REFUSED, InboundMessage.Outcome.UNREADABLE)
TURNED_DOWN = 20  # a program that goes on and on fills no page


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One entry with the names of who did it; `program` where a program did."""

    entry: Entry
    person: str
    program: str
    messages: list[Message]

    @property
    def side(self) -> str:
        """On which side of the order whoever did it stands."""
        return SIDES[Role(self.entry.role)]


def happened(kind: str, pk: int, reader: Actor) -> list[Happened]:
    """What this reader may know, oldest first; three queries, one more where a program acted."""
    found = Entry.objects.filter(subject_kind=kind, subject_id=pk, audience__contains=[reader.side])
    entries = list(found.order_by("id"))
    people = Person.objects.in_bulk({e.person_id for e in entries if e.person_id})
    programs = labels({e.key for e in entries})
    sent = defaultdict[int, list[Message]](list)
    for message in Message.objects.filter(entry__in=entries).order_by("pk"):
        if message.channel == Message.Channel.WEBHOOK and message.side != reader.side:
            message.error = ""  # what its owner's system said is the owner's
        # The seller answers for all of them; others see what was meant for them.
        if reader.role in SELLERS or message.side == reader.side:
            sent[message.entry_id].append(message)
    return [
        Happened(
            entry=entry,
            person=people[entry.person_id].name if entry.person_id in people else "",
            program=programs.get(entry.key, entry.key),
            messages=sent[entry.pk],
        )
        for entry in entries
    ]


def turned_down(order: Order, reader: Actor) -> list[InboundMessage]:
    """What the manufacturer's programs sent about an order without effect, oldest first.

    For its order desk, which may mend it, and the seller, which answers for all. Not for what a
    stranger's program sent under the order's number.
    """
    if reader.role not in (Role.ORDER_DESK, Role.BACK_OFFICE):
        return []
    sent = InboundMessage.objects.filter(
        manufacturer_id=order.manufacturer_id, order_number=order.number, outcome__in=NO_EFFECT
    )
    with through():  # the seller answers for the whole order; the body stays the sender's
        found = list(sent.select_related("key").defer("body").order_by("-pk")[:TURNED_DOWN])[::-1]
    for message in found:
        if reader.role != Role.ORDER_DESK:
            message.error = ""  # what was wrong with its message is its sender's
    return found


def labels(prefixes: Collection[str]) -> dict[str, str]:
    """What the owners of these keys call the programs that use them."""
    given = {prefix for prefix in prefixes if prefix}
    if not given:
        return {}
    with through():  # both sides call a program by its name; the key itself is its owner's
        return dict(ApiKey.objects.filter(prefix__in=given).values_list("prefix", "label"))
