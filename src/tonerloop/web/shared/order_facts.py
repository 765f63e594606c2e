"""What a seller's list says of each of its orders, as plain SQL."""

from typing import Any

from django.db.models import BooleanField, CharField, DateTimeField, Field, IntegerField
from django.db.models.expressions import RawSQL

from tonerloop.orders.querysets import OrderQuerySet


def _fact(sql: str, field: "Field[Any, Any]") -> RawSQL:
    # As text: the ORM takes longer to write these anew for each page than PostgreSQL to answer.
    return RawSQL(sql, [], output_field=field)  # noqa: S611 - constants, all in this file


# OFFSET 0 keeps PostgreSQL from reading all lines and messages there are into a table of its own.
_LINES = "FROM orders_orderline l WHERE l.order_id = orders_order.id"
_OPEN = "FROM orders_deadline d WHERE d.order_id = orders_order.id AND d.closed_at IS NULL"
_REPLIED = """
  FROM orders_proposal p WHERE p.order_id = orders_order.id AND p.answer = 'reply'
 ORDER BY p.id DESC LIMIT 1"""
FACTS = {
    "line_count": _fact(f"SELECT count(*) {_LINES}", IntegerField()),
    "misfit": _fact(f"EXISTS (SELECT {_LINES} AND NOT l.fits OFFSET 0)", BooleanField()),
    "on_request": _fact(
        f"EXISTS (SELECT {_LINES} AND l.unit_price IS NULL AND l.state <> 'rejected' OFFSET 0)",
        BooleanField(),
    ),
    # Of other channels than mail, somebody else is told.
    "failed": _fact(
        "EXISTS (SELECT FROM outbound_message m WHERE m.order_id = orders_order.id"
        " AND m.state = 'failed' AND m.channel = 'email' OFFSET 0)",
        BooleanField(),
    ),
    "given_back": _fact(
        "EXISTS (SELECT FROM orders_lineanswer a JOIN orders_approvalrequest r"
        " ON r.id = a.request_id WHERE r.order_id = orders_order.id OFFSET 0)",
        BooleanField(),
    ),
    # When it last changed hands, from its own facts. A request's end alone tells when a dearer
    # purchase price gave the order back.
    "since": _fact(
        "greatest(orders_order.placed_at, orders_order.confirmed_at, orders_order.approved_at,"
        " orders_order.shipped_at, orders_order.delivered_at, orders_order.cancelled_at,"
        " (SELECT greatest(p.made_at, p.answered_at) FROM orders_proposal p"
        "   WHERE p.order_id = orders_order.id ORDER BY p.id DESC LIMIT 1),"
        " (SELECT max(greatest(r.opened_at, r.closed_at)) FROM orders_approvalrequest r"
        "   WHERE r.order_id = orders_order.id))",
        DateTimeField(),
    ),
    # As `with_due` says it.
    "remind_at": _fact(f"SELECT min(d.due_at) {_OPEN}", DateTimeField(null=True)),
    "answer_by": _fact(
        f"SELECT d.due_at {_OPEN} ORDER BY d.stage DESC LIMIT 1", DateTimeField(null=True)
    ),
}
REPLY = {
    "question": _fact(f"SELECT p.note {_REPLIED}", CharField()),
    "reply": _fact(f"SELECT p.reply {_REPLIED}", CharField()),
}


def with_facts(orders: OrderQuerySet) -> OrderQuerySet:
    """Add `line_count`, `misfit`, `since` and other facts, and deadlines, to each order.

    `given_back` holds for new orders: the manufacturer sent it back, dearer or below the floor.
    """
    people = ("customer__salesperson", "customer__deputy", "site", "manufacturer", "placed_by")
    return orders.select_related(*people).annotate(**FACTS)


def with_reply(orders: OrderQuerySet) -> OrderQuerySet:
    """Add the last `question` and the buyer's `reply` to it."""
    return orders.annotate(**REPLY)
