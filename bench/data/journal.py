"""The journal of orders and collections, and the messages that were sent because of it."""

from datetime import UTC, date, datetime, timedelta

from bench.data.customers import Customers
from bench.data.orders import STEPS, Order, order_of
from bench.data.sizes import DAYS, PIECES, THEIR_BUYERS, THEIR_REQUESTS, customer_of
from bench.data.streams import NULL, Streams

COLUMNS = {
    "journal_entry": "id, at, event, subject_kind, subject_id, seller_id, customer_id,"
    " manufacturer_id, collector_id, person_id, role, rule, key, audience, data",
    "outbound_message": "id, entry_id, order_id, channel, template, recipient, side, language,"
    " time_zone, message_id, state, attempts, error, created_at, changed_at",
}
BETWEEN_US, ALL = "{buyer,seller}", "{buyer,seller,manufacturer}"
ROLES = ("buyer", "salesperson", "order_desk", "order_desk", "order_desk")
DATA = {
    "placed": "{}",
    "price_confirmed": "{}",
    "approved": '{"promised_date": "2026-01-01", "reference": "M"}',
    "shipped": '{"pieces": 6, "complete": true}',
    "delivered": '{"assumed": false, "complete": true}',
}
EACH = 6  # ids of entries that one order may use


def write_journal(out: Streams, own: Customers, today: date) -> None:
    """What happened to every order and every collection request."""
    for n in range(own.size.orders):
        _of_order(out, own, order_of(n, own, today))
    end = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for n in range(own.size.requests):
        ago = timedelta(seconds=(own.size.requests - n) * DAYS * 86_400 // own.size.requests)
        _of_request(out, own, n, end - ago)


def _of_order(out: Streams, own: Customers, order: Order) -> None:
    c, houses = order.customer, own.houses
    desk = houses.desks[own.maker(c)]
    by = (own.buyer(c, order.id % THEIR_BUYERS), houses.salesperson_of(c), desk, desk, desk)
    parties = (own.seller(c), c + 1, houses.makers[own.maker(c)], NULL)
    first = (order.id - 1) * EACH + 1
    for k, step in enumerate(STEPS):
        if order.reached(step):
            audience = BETWEEN_US if step == "placed" else ALL
            who = (by[k], ROLES[k], "", "", audience, DATA[step])
            entry = (order.at(step), f"order.{step}", "order", order.id)
            out.put("journal_entry", first + k, *entry, *parties, *who)
    if order.status in ("cancelled", "waiting_for_buyer"):
        ended = order.status == "cancelled"
        event = "order.cancelled" if ended else "order.question_asked"
        facts = '{"reason": "out_of_stock", "text": ""}' if ended else "{}"
        who = (by[1], ROLES[1], "", "", ALL if ended else BETWEEN_US, facts)
        out.put("journal_entry", first + 5, order.placed, event, "order", order.id, *parties, *who)
    _messages(out, own, order, first)


def _messages(out: Streams, own: Customers, order: Order, first: int) -> None:
    """The request at the desk and the buyer's mail."""
    c = order.customer
    if order.reached("price_confirmed"):
        at, desk = order.at("price_confirmed"), f"Maker {own.maker(c)}"
        to = ("desk", "approval_request", desk, "manufacturer", "en", "UTC")
        state = (f"<{first + 1}@bench>", "fetched", 1, "", at, at)
        out.put("outbound_message", 2 * order.id - 1, first + 1, order.id, *to, *state)
    if order.reached("approved"):
        at, buyer = order.at("approved"), f"buyer{c}-{order.id % THEIR_BUYERS}@bench.example"
        to = ("email", "order_approved", buyer, "buyer", "en", "Asia/Tokyo")
        state = (f"<{first + 2}@bench>", "sent", 1, "", at, at)
        out.put("outbound_message", 2 * order.id, first + 2, order.id, *to, *state)


def _of_request(out: Streams, own: Customers, n: int, at: datetime) -> None:
    size, houses = own.size, own.houses
    c = customer_of(n, size.requests, THEIR_REQUESTS, size.customers)
    parties = (own.seller(c), c + 1, NULL, houses.collector)
    first = size.orders * EACH + 2 * n + 1
    counted = f'{{"counted": {PIECES}, "announced": {PIECES}, "points": 0}}'
    asked = at - timedelta(days=7)
    told = (
        (asked, "collection.requested", own.buyer(c, 0), "buyer", "{}"),
        (at, "collection.counted", houses.clerk, "clerk", counted),
    )
    for k, (when, event, person, role, data) in enumerate(told):
        who = (person, role, "", "", "{buyer,seller,collector}", data)
        out.put("journal_entry", first + k, when, event, "collection", n + 1, *parties, *who)
