"""Orders of a customer or a seller: placing, listing, following."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from tonerloop.api.auth import caller, key_used
from tonerloop.api.operations import makes, once_name, reads
from tonerloop.api.v1.order_words import (
    OrderOut,
    OrdersPage,
    as_placed,
    one_order,
    order_out,
    with_all,
)
from tonerloop.api.words import (
    After,
    Count,
    Id,
    Incoming,
    Limit,
    MoneyIn,
    Outgoing,
    Text,
    one_of,
    part,
)
from tonerloop.common.actor import Role, Side
from tonerloop.common.schema import Schema
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import Refused, WantedLine, Wishes, place_lines
from tonerloop.orders.models import Order
from tonerloop.orders.points_use import Spending
from tonerloop.orders.states import Status
from tonerloop.outbound.following import Happened, happened, turned_down

router = Router(tags=["Orders"])
READERS = (Role.BUYER, Role.BACK_OFFICE)
Filter = Annotated[int | None, Query(ge=1, le=2**31 - 1)]


class OrderLineIn(Incoming):
    """So many of an item: for a machine, or for none and to a site."""

    consumable_id: Id
    quantity: Count
    machine_id: Id | None = None
    site_id: Id | None = Field(None, description="Needed without a machine; else its site.")
    meant: bool = Field(False, description="Order it though it fits none of your machines.")
    unit_price: MoneyIn | None = Field(
        None, description="What you saw: if it is another now, 409 and nothing is ordered."
    )


class PointsIn(Incoming):
    """So many points of one account, of those that are worth this currency; see `/points`."""

    account_id: Id
    points: int = Field(ge=1, le=10_000_000)
    currency: str = Field(pattern="^[A-Z]{3}$")


class OrderIn(Incoming):
    """What is to be ordered; it becomes one order per manufacturer, site and currency."""

    lines: list[OrderLineIn] = Field(min_length=1, max_length=200)
    reference: Text = Field("", max_length=40, description="Your own, such as a PO number.")
    requested_date: date | None = None
    points: list[PointsIn] = Field(
        default_factory=list, max_length=20, description="To be used as a reduction, in this order."
    )


class OrdersOut(Outgoing):
    """What was placed together."""

    orders: list[OrderOut]


class MessageOut(Schema):
    """What was sent to your side because of it, and whether it arrived."""

    channel: str
    to: str
    state: str
    at: datetime
    error: str


class HappenedOut(Schema):
    """One thing that happened to the order."""

    at: datetime
    event: str = Field(examples=["order.approved"])
    side: str
    person: str
    program: str = Field(description="The label of the key, where a program did it.")
    rule: str = Field(description="The rule by which the server did it.")
    facts: dict[str, str]
    messages: list[MessageOut]


class TimelineOut(Schema):
    """All that happened, oldest first."""

    items: list[HappenedOut]


@reads(router, "/orders", OrdersPage, "orders:read", *READERS)
def orders(
    request: HttpRequest,
    status: Annotated[Status, one_of(Status)] | None = None,
    customer_id: Filter = None,
    placed_from: date | None = None,
    placed_to: date | None = None,
    after: After = "",
    limit: Limit = 50,
) -> OrdersPage:
    """Your orders, newest first; days are UTC, both included."""
    by = caller(request)
    found = Order.objects.visible_to(by)
    wanted = {
        "status": status,
        "customer_id": customer_id,
        # As moments, not as days: so the index of a seller's orders by time leads to them.
        "placed_at__gte": placed_from and datetime.combine(placed_from, time.min, UTC),
        "placed_at__lte": placed_to and datetime.combine(placed_to, time.max, UTC),
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows, mark = part(with_all(found), after, limit, newest=True)
    return OrdersPage(items=[order_out(row, by) for row in rows], next=mark)


@makes(router, "/orders", OrdersOut, "orders:write", Role.BUYER)
def place_order(request: HttpRequest, body: OrderIn) -> OrdersOut:
    """Place orders, exactly once for each `Idempotency-Key`.

    Prices that you send are checked as at review: where one has changed, nothing is ordered and
    the answer (409) has the new ones.
    """
    by = caller(request)
    name = once_name(request)
    spending = tuple(
        Spending(account_id=p.account_id, points=p.points, currency=p.currency) for p in body.points
    )
    wishes = Wishes(body.reference, body.requested_date, spending)
    try:
        placed = place_lines(name, [_wanted(line) for line in body.lines], by=by, wishes=wishes)
    except Refused as refused:
        if refused.field.startswith("points-"):  # as the review screen names its fields
            raise Refused("points", refused.message) from refused
        raise
    return OrdersOut(orders=[order_out(row, by) for row in _read(placed, request)])


def _read(placed: Sequence[Order], request: HttpRequest) -> Iterable[Order]:
    by, author = caller(request), key_used(request).created_by
    if author and all(one.just_placed for one in placed):
        return [as_placed(one, author) for one in placed]
    # Placed by an earlier request: they may have moved on.
    found = with_all(Order.objects.visible_to(by)).filter(pk__in=[one.pk for one in placed])
    return found.order_by("pk")


def _wanted(line: OrderLineIn) -> WantedLine:
    seen = line.unit_price
    return WantedLine(
        consumable_id=line.consumable_id,
        quantity=line.quantity,
        machine_id=line.machine_id,
        site_id=line.site_id,
        meant=line.meant,
        seen=(seen.decimal, seen.currency) if seen else None,
    )


@reads(router, "/orders/{number}", OrderOut, "orders:read", *READERS)
def order(request: HttpRequest, number: str) -> OrderOut:
    """One order as it stands."""
    by = caller(request)
    return order_out(one_order(number, by), by)


@reads(router, "/orders/{number}/timeline", TimelineOut, "orders:read", *READERS)
def timeline(request: HttpRequest, number: str) -> TimelineOut:
    """Who did what when, a person or a program; what was sent to your side and its fate.

    A seller also reads what the manufacturer's programs sent in vain, as `message.refused` and
    `message.unreadable`.
    """
    by = caller(request)
    found = one_order(number, by)
    told = [_happened(each) for each in happened("order", found.pk, by)]
    told += [_in_vain(message) for message in turned_down(found, by)]
    return TimelineOut(items=sorted(told, key=lambda one: one.at))


def _in_vain(message: InboundMessage) -> HappenedOut:
    return HappenedOut(
        at=message.received_at,
        event=f"message.{message.outcome}",
        side=Side.MANUFACTURER,
        person="",
        program=message.key.label,
        rule="",
        facts={"error": message.error} if message.error else {},
        messages=[],
    )


def _happened(one: Happened) -> HappenedOut:
    entry = one.entry
    return HappenedOut(
        at=entry.at,
        event=entry.event,
        side=one.side,
        person=one.person,
        program=one.program,
        rule=entry.rule,
        facts={name: str(entry.data[name]) for name in _TOLD if entry.data.get(name)},
        messages=[
            MessageOut(
                channel=message.channel,
                to=message.recipient,
                state=message.state,
                at=message.changed_at,
                error=message.error,
            )
            for message in one.messages
        ],
    )


# Of an entry's facts, those that its readers see on their screens too.
_TOLD = ("promised_date", "reference", "reason", "text", "pieces", "assumed", "note", "counted")
