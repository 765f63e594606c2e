"""Two years of orders with all that verbs, jobs and screens leave behind for each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bench.data.customers import Customers, own_price
from bench.data.sizes import DAYS, LINES, THEIR_BUYERS, THEIR_ORDERS, Size, customer_of, mixed
from bench.data.streams import NULL, Streams
from tonerloop.common.references import order_number

COLUMNS = {
    "orders_basket": "id, key, reference, placed_at, customer_id, person_id, seller_id",
    "orders_basketline": "id, quantity, meant, basket_id, consumable_id, equipment_id, site_id",
    "orders_order": "id, number, basket_id, seller_id, customer_id, manufacturer_id, site_id,"
    " placed_by_id, currency, reference, status, version, placed_at, expected_date, subtotal, tax,"
    " total, taxes, points, reduction, confirmed_at, confirmed_by_id, approved_at, promised_date,"
    " manufacturer_reference, shipped_at, delivered_at, delivery_assumed, cancelled_at,"
    " cancelled_side, cancel_reason, cancel_text",
    "orders_orderline": "id, order_id, position, consumable_id, equipment_id, agreement_id,"
    " unit_price, ordered_price, purchase_price, ordered_quantity, approved_quantity,"
    " shipped_quantity, delivered_quantity, returned_quantity, state, fits, price_from,"
    " purchase_currency, tax_percent",
    "orders_proposal": "id, order_id, side, made_at, made_by_id, note, answered_at,"
    " answered_by_id, answer, reply",
    "orders_approvalrequest": "id, order_id, manufacturer_id, opened_at, fetched_at, closed_at,"
    " outcome",
    "orders_deadline": "id, order_id, seller_id, manufacturer_id, status, round, stage, opened_at,"
    " due_at, passed_at, closed_at, closed_by",
    "orders_shipment": "id, order_id, shipped_at, carrier, tracking_number, reference",
    "orders_shipmentline": "id, shipment_id, line_id, quantity",
    "orders_delivery": "id, line_id, customer_id, quantity, at",
    "orders_return": "id, line_id, seller_id, quantity, reason, recorded_at, recorded_by_id",
}
# The newest orders are still on their way: what share of all is how far, the newest first.
OPEN = (
    ("placed", 0.002),
    ("waiting_for_buyer", 0.003),
    ("price_confirmed", 0.006),
    ("approved", 0.009),
    ("shipped", 0.012),
)
STEPS = ("placed", "price_confirmed", "approved", "shipped", "delivered")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD_AFTER = {
    "placed": (0.5, 1, 2),
    "waiting_for_buyer": (8, 16),
    "price_confirmed": (2, 4, 8),
}  # hours


@dataclass(frozen=True)
class Order:
    """One order, worked out from its number; `id` is one more."""

    id: int
    customer: int
    status: str
    placed: datetime
    lines: tuple[tuple[int, int, int], ...]  # machine, consumable, quantity

    def reached(self, step: str) -> bool:
        """True if it came so far; a cancelled or waiting one was only placed."""
        if self.status not in STEPS:
            return step == "placed"
        return STEPS.index(self.status) >= STEPS.index(step)

    def at(self, step: str) -> datetime:
        """When it came so far."""
        after = {"price_confirmed": HOUR, "approved": 5 * HOUR, "shipped": DAY}
        return self.placed + (4 * DAY if step == "delivered" else after.get(step, 0 * DAY))

    def when(self, step: str) -> object:
        """The same as a column."""
        return self.at(step) if self.reached(step) else NULL

    @property
    def version(self) -> int:
        """How often it moved, and one."""
        return 2 if self.status not in STEPS else 1 + STEPS.index(self.status)


def order_of(n: int, own: Customers, today: date) -> Order:
    """The n-th order, the oldest first."""
    size = own.size
    customer = customer_of(n, size.orders, THEIR_ORDERS, size.customers)
    end = datetime(today.year, today.month, today.day, tzinfo=UTC)
    placed = end - timedelta(seconds=(size.orders - n) * DAYS * 86_400 // size.orders)
    machines = own.machines(customer)
    lines = []
    for k in range(LINES):
        machine = machines[(mixed(n, 3) + k) % len(machines)]
        takes = own.model(customer, machine)[1]
        lines.append((machine, takes[mixed(n, 5 + k) % len(takes)], 1 + mixed(n, 9 + k) % 3))
    return Order(n + 1, customer, _status(n, size), placed, tuple(lines))


def _status(n: int, size: Size) -> str:
    age = (size.orders - 1 - n) / size.orders
    for status, until in OPEN:
        if age < until:
            return status
    return "cancelled" if mixed(n, 4) % 50 == 0 else "delivered"


def write_orders(out: Streams, own: Customers, key: bytes, today: date) -> None:
    """All orders; `key` scatters their numbers as the product's do. Every buyer has a basket."""
    for customer in range(own.size.customers):
        pk, buyer = own.size.orders + customer + 1, own.buyer(customer, 0)
        facts = ("", NULL, customer + 1, buyer, own.seller(customer))
        out.put("orders_basket", pk, f"{pk:032x}", *facts)
    for n in range(own.size.orders):
        order = order_of(n, own, today)
        _basket(out, own, order)
        _order(out, own, order, order_number(n + 1, key), today)
        _lines(out, own, order)
        _answers(out, own, order)
        _deadlines(out, own, order)
        _goods(out, own, order)


def _basket(out: Streams, own: Customers, order: Order) -> None:
    customer, buyer = order.customer + 1, own.buyer(order.customer, order.id % THEIR_BUYERS)
    key = f"{order.id:032x}"
    seller = own.seller(order.customer)
    out.put("orders_basket", order.id, key, "", order.placed, customer, buyer, seller)
    for k, (machine, item, quantity) in enumerate(order.lines):
        pk = (order.id - 1) * LINES + k + 1
        out.put("orders_basketline", pk, quantity, "f", order.id, item, machine, customer)


def _order(out: Streams, own: Customers, order: Order, number: str, today: date) -> None:
    c, cancelled = order.customer, order.status == "cancelled"
    subtotal = sum(own_price(item) * quantity for _m, item, quantity in order.lines)
    tax = subtotal // 10
    taxes = f'[{{"percent": "10.00", "base": "{subtotal}", "tax": "{tax}"}}]'
    promised = order.placed.date() + 4 * DAY if order.status == "delivered" else today + 90 * DAY
    parties = (order.id, own.seller(c), c + 1, own.houses.makers[own.maker(c)], c + 1)
    buyer = own.buyer(c, order.id % THEIR_BUYERS)
    facts = (order.status, order.version, order.placed, order.placed.date() + 3 * DAY)
    confirmed, approved = order.reached("price_confirmed"), order.reached("approved")
    ended = (order.placed + HOUR, "seller", "out_of_stock") if cancelled else (NULL, "", "")
    out.put(
        "orders_order",
        *(order.id, number, *parties, buyer, "JPY", f"PO {order.id}", *facts),
        *(subtotal, tax, subtotal + tax, taxes, 0, 0),
        *(order.when("price_confirmed"), own.houses.salesperson_of(c) if confirmed else NULL),
        *(order.when("approved"), promised if approved else NULL),
        *(f"M-{order.id}" if approved else "", order.when("shipped"), order.when("delivered")),
        *("f", *ended, ""),
    )


def _lines(out: Streams, own: Customers, order: Order) -> None:
    approved, shipped, delivered = (order.reached(step) for step in STEPS[2:])
    state = "accepted" if approved else "open"
    for k, (machine, item, quantity) in enumerate(order.lines):
        pk, price = (order.id - 1) * LINES + k + 1, own_price(item)
        agreement = own.agreement(order.customer, item)
        counts = [quantity * done for done in (approved, shipped, delivered)]
        back = int(delivered and pk % 100 == 0)
        facts = (price, price, price // 2, quantity, *counts, back, state, "t")
        place = (pk, order.id, k + 1, item, machine, agreement)
        out.put("orders_orderline", *place, *facts, "customer", "JPY", 10)


def _answers(out: Streams, own: Customers, order: Order) -> None:
    """The question that some were asked, and the request to the manufacturer."""
    c, waits = order.customer, order.status == "waiting_for_buyer"
    if waits or order.id % 33 == 0:
        buyer = own.buyer(c, order.id % THEIR_BUYERS)
        asked = order.placed + HOUR / 4
        answer = (asked + HOUR / 2, buyer, "reply", "Yes") if not waits else (NULL, NULL, "", "")
        by = own.houses.salesperson_of(c)
        out.put("orders_proposal", order.id, order.id, "seller", asked, by, "Sure?", *answer)
    if order.reached("price_confirmed"):
        at, closed = order.at("price_confirmed"), order.reached("approved")
        seen = (
            (order.at("approved"), order.at("approved"), "approved")
            if closed
            else (*(NULL, NULL, ""),)
        )
        maker = own.houses.makers[own.maker(c)]
        out.put("orders_approvalrequest", order.id, order.id, maker, at, *seen)


def _deadlines(out: Streams, own: Customers, order: Order) -> None:
    c = order.customer
    parties = (order.id, own.seller(c), own.houses.makers[own.maker(c)])
    waits = [("placed", 1, order.placed, order.placed + HOUR, "seller")]
    if order.status == "waiting_for_buyer":
        waits.append(("waiting_for_buyer", 2, order.placed + HOUR, None, ""))
    elif order.reached("price_confirmed"):
        asked = order.at("price_confirmed")
        waits.append(("price_confirmed", 2, asked, order.at("approved"), "manufacturer"))
    for turn, (status, version, opened, closed, side) in enumerate(waits):
        still = status == order.status
        for stage, hours in enumerate(TOLD_AFTER[status], start=1):
            due = opened + hours * HOUR
            # One that still waits was told of all stages, so that no worker tells of it now.
            passed = due if still or (closed and due < closed) else NULL
            end = (NULL, "") if still else (closed, side)
            pk = (order.id - 1) * 6 + turn * 3 + stage
            facts = (*parties, status, version, stage, opened, due)
            out.put("orders_deadline", pk, *facts, passed, *end)


def _goods(out: Streams, own: Customers, order: Order) -> None:
    """What was shipped, arrived and came back."""
    if not order.reached("shipped"):
        return
    sent = (order.at("shipped"), "Carrier", f"T{order.id}", "")
    out.put("orders_shipment", order.id, order.id, *sent)
    for k, (_machine, _item, quantity) in enumerate(order.lines):
        pk = (order.id - 1) * LINES + k + 1
        out.put("orders_shipmentline", pk, order.id, pk, quantity)
        if not order.reached("delivered"):
            continue
        arrived = order.at("delivered")
        out.put("orders_delivery", pk, pk, order.customer + 1, quantity, arrived)
        if pk % 100 == 0:
            by = own.houses.salesperson_of(order.customer)
            seller = own.seller(order.customer)
            out.put("orders_return", pk, pk, seller, 1, "damaged", arrived + DAY, by)
