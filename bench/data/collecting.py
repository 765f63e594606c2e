"""Two years of collections: requests, labels, pieces, counts, and the points they earned."""

from datetime import UTC, date, datetime, timedelta

from bench.data.customers import Customers
from bench.data.sizes import DAYS, PIECES, THEIR_REQUESTS, customer_of, mixed
from bench.data.streams import NULL, Streams
from tonerloop.common.references import order_number

COLUMNS = {
    "collection_registration": "id, seller_id, customer_id, site_id, contact, phone, way,"
    " registered_at, registered_by_id, terms",
    "collection_collectionrequest": "id, number, key, seller_id, customer_id, site_id,"
    " collector_id, status, version, way, announced, containers, note, requested_at,"
    " requested_by_id, day, driver_id, position, picked_up_at, missed, centre_id, received_at,"
    " counted_at, counted, cancel_reason, rated_collected, rated_percent",
    "collection_label": "id, identifier, kind, seller_id, customer_id, request_id, issued_at,"
    " picked_up_at, received_at",
    "collection_piece": "id, label_id, request_id, container_id, centre_id",
    "collection_count": "id, piece_id, seller_id, customer_id, request_id, consumable_id,"
    " unknown_model, condition, quantity, at, by_id, reason",
    "points_account": "id, seller_id, customer_id, issuer_seller_id",
    "points_transaction": "id, account_id, kind, key, at, reason",
    "points_lot": "id, account_id, transaction_id, rule_id, earned, remaining, first_day,"
    " last_day, point_value, currency",
    "points_entry": "id, transaction_id, account_id, lot_id, book, points",
}
GIVES = {"reusable": 100, "recyclable": 40, "damaged": 0}
DAY = timedelta(days=1)


def write_collections(out: Streams, own: Customers, key: bytes, today: date) -> None:
    """Every customer takes part; each request is of twenty pieces in one box."""
    end = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for customer in range(own.size.customers):
        _registration(out, own, customer, end - (DAYS + 1) * DAY)
    for n in range(own.size.requests):
        customer = customer_of(n, own.size.requests, THEIR_REQUESTS, own.size.customers)
        ago = timedelta(seconds=(own.size.requests - n) * DAYS * 86_400 // own.size.requests)
        _request(out, own, n, customer, end - ago - 7 * DAY, key)
        earned = _pieces(out, own, n, customer, end - ago, key)
        _points(out, own, n, customer, end - ago, earned)


def _registration(out: Streams, own: Customers, c: int, at: datetime) -> None:
    seller, buyer = own.seller(c), own.buyer(c, 0)
    facts = (c + 1, seller, c + 1, c + 1, "Contact", "", "box", at, buyer, "2026-1")
    out.put("collection_registration", *facts)
    out.put("points_account", c + 1, seller, c + 1, seller)


def _request(out: Streams, own: Customers, n: int, c: int, at: datetime, key: bytes) -> None:
    houses, pk = own.houses, n + 1
    number, counted = order_number(n * (PIECES + 2) + 1, key), at + 7 * DAY
    parties = (own.seller(c), c + 1, c + 1, houses.collector)
    asked = ("counted", 5, "box", PIECES, 1, "", at, own.buyer(c, 0))
    fetched = ((at + 5 * DAY).date(), houses.driver, 1, at + 5 * DAY, "")
    arrived = (houses.centre, at + 6 * DAY, counted, PIECES, "", PIECES, 50)
    facts = (*parties, *asked, *fetched, *arrived)
    out.put("collection_collectionrequest", pk, number, f"{pk:032x}", *facts)
    box = "B" + order_number(n * (PIECES + 2) + 2, key)
    given = (own.seller(c), c + 1, pk, at, at + 5 * DAY, at + 6 * DAY)
    out.put("collection_label", n * (PIECES + 1) + 1, box, "box", *given)


def _pieces(out: Streams, own: Customers, n: int, c: int, at: datetime, key: bytes) -> int:
    """The request's pieces, counted; gives the points they earn."""
    points, first_label, items = 0, n * (PIECES + 1) + 1, own.houses.items[own.maker(c)]
    seller, request = own.seller(c), n + 1
    for k in range(1, PIECES + 1):
        pk, label = n * PIECES + k, first_label + k
        identifier = "P" + order_number(n * (PIECES + 2) + 2 + k, key)
        given = (seller, c + 1, request, at, NULL, NULL)
        out.put("collection_label", label, identifier, "piece", *given)
        out.put("collection_piece", pk, label, request, first_label, own.houses.centre)
        chance = mixed(pk, 11) % 100
        condition = "reusable" if chance < 70 else "recyclable" if chance < 95 else "damaged"
        what = (items[mixed(pk, 12) % len(items)], "", condition, 1, at, own.houses.clerk, "")
        out.put("collection_count", pk, pk, seller, c + 1, request, *what)
        points += GIVES[condition]
    return points


def _points(out: Streams, own: Customers, n: int, c: int, at: datetime, earned: int) -> None:
    pk, rule = n + 1, own.houses.rules[own.houses.seller_of(c)]
    cause = f"collection/{pk}/{rule}"
    out.put("points_transaction", pk, c + 1, "earned", cause, at, "")
    last = at.date() + 5 * 365 * DAY
    out.put("points_lot", pk, c + 1, pk, rule, earned, earned, at.date(), last, 1, "JPY")
    out.put("points_entry", 2 * pk - 1, pk, c + 1, pk, "issued", -earned)
    out.put("points_entry", 2 * pk, pk, c + 1, pk, "customer", earned)
