"""Writing drafts down in bulk: orders in the order of time, then all that hangs on them."""

from itertools import chain

from django.db import connection

from tonerloop.common.references import order_number
from tonerloop.demo.draft import Draft
from tonerloop.demo.messages import messages_of
from tonerloop.journal.models import Entry
from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.models import (
    ApprovalRequest,
    Basket,
    Delivery,
    LineAnswer,
    NumberKey,
    Order,
    OrderLine,
    Proposal,
    ProposalLine,
    Return,
    Shipment,
    ShipmentLine,
)
from tonerloop.outbound.models import Message


def write(drafts: list[Draft]) -> None:
    """Store the drafts, their journal and the messages that went out."""
    drafts.sort(key=lambda draft: draft.order.placed_at)
    orders = [draft.order for draft in drafts]
    for order, number in zip(orders, _numbers(len(orders)), strict=True):
        order.number = number
    Basket.objects.bulk_create([order.basket for order in orders if order.basket])
    Order.objects.bulk_create(orders)
    Deadline.objects.bulk_create(chain.from_iterable(_deadlines(d) for d in drafts))
    OrderLine.objects.bulk_create(chain.from_iterable(d.lines for d in drafts))
    Proposal.objects.bulk_create(chain.from_iterable(d.proposals for d in drafts))
    ProposalLine.objects.bulk_create(chain.from_iterable(d.proposal_lines for d in drafts))
    ApprovalRequest.objects.bulk_create(chain.from_iterable(d.requests for d in drafts))
    LineAnswer.objects.bulk_create(chain.from_iterable(d.answers for d in drafts))
    Shipment.objects.bulk_create(chain.from_iterable(d.shipments for d in drafts))
    ShipmentLine.objects.bulk_create(chain.from_iterable(d.shipment_lines for d in drafts))
    Delivery.objects.bulk_create(chain.from_iterable(_deliveries(d) for d in drafts))
    Return.objects.bulk_create(chain.from_iterable(d.returns for d in drafts))
    entries = _entries(drafts)
    entries.sort(key=lambda entry: entry.at)
    Entry.objects.bulk_create(entries)
    Message.objects.bulk_create(chain.from_iterable(messages_of(draft) for draft in drafts))


def _deadlines(draft: Draft) -> list[Deadline]:
    for row in draft.deadlines:
        row.order_id = draft.order.pk  # which it did not have when they were drafted
    return draft.deadlines


def _deliveries(draft: Draft) -> list[Delivery]:
    order = draft.order
    at = order.delivered_at or order.shipped_at or order.placed_at
    return [
        Delivery(line=n, customer_id=order.customer_id, quantity=n.delivered_quantity, at=at)
        for n in draft.lines
        if n.delivered_quantity
    ]


def _entries(drafts: list[Draft]) -> list[Entry]:
    """The journal of the drafts, now that what it refers to has its id."""
    entries = []
    for draft in drafts:
        for entry, of in draft.entries:
            entry.subject_id = draft.order.pk
            if of is not None:
                name = "proposal" if isinstance(of, Proposal) else "shipment"
                entry.data = {name: of.pk, **entry.data}
            entries.append(entry)
    return entries


def _numbers(count: int) -> list[str]:
    key = bytes(NumberKey.objects.get().key)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('orders_number_serial') FROM generate_series(1, %s)",
            [count],
        )
        return [order_number(serial, key) for (serial,) in cursor.fetchall()]
