"""Years of collecting and ordering, written straight into the tables: fast and always the same.

Rows are copies of the demo's, spread over new customers; nothing of it is scanned or sent. As
the superuser, with the triggers off: what the verbs would have written in years takes minutes.
Labels carry a wrong check digit on purpose, so that no new one can ever meet them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg
from psycopg import sql

from tonerloop.common.references import check_digit

CUSTOMERS, A_REQUEST, DAYS = 2000, 20, 730
START = datetime(2024, 11, 1, 9, tzinfo=UTC)


def fill(url: str, *, pieces: int, orders: int = 0) -> None:
    """So many counted pieces, and orders of three delivered lines each, of 2,000 customers."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        customers, sites = _customers(connection)
        requests = _requests(connection, pieces // A_REQUEST, customers, sites)
        _pieces(connection, pieces, requests, customers)
        if orders:
            _orders(connection, orders, customers, sites)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _copies(
    connection: psycopg.Connection, table: str, count: int, template: str, **changes: str
) -> int:
    """Insert copies `g` = 1 … count of a row, changed by these expressions; the id before them."""
    names = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
        [table],
    )
    columns = [row[0] for row in names]
    values = [sql.SQL(changes[c]) if c in changes else sql.Identifier("t", c) for c in columns]
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {values}"
        " FROM (SELECT * FROM {table} {template} LIMIT 1) t, generate_series(1, {count}) g"
    )
    connection.execute(
        statement.format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
            template=sql.SQL(template),
            count=sql.Literal(count),
        )
    )
    last = connection.execute(sql.SQL("SELECT max(id) FROM {}").format(sql.Identifier(table)))
    return int(last.fetchone()[0]) - count  # type: ignore[index]


def _customers(connection: psycopg.Connection) -> tuple[int, int]:
    of = "WHERE id IN (SELECT customer_id FROM collection_registration) ORDER BY id"
    changes = {"number": "'BENCH-' || g", "name": "'Bench customer ' || g"}
    customers = _copies(connection, "parties_customer", CUSTOMERS, of, **changes)
    own = f"{customers} + g"
    of = f"WHERE customer_id <= {customers} ORDER BY id"
    sites = _copies(
        connection, "parties_site", CUSTOMERS, of, customer_id=own, region="'Region ' || g % 47"
    )
    _copies(
        connection,
        "collection_registration",
        CUSTOMERS,
        of,
        customer_id=own,
        site_id=f"{sites} + g",
        registered_at=f"'{START}'",
    )
    return customers, sites


def _requests(connection: psycopg.Connection, count: int, customers: int, sites: int) -> int:
    return _copies(
        connection,
        "collection_collectionrequest",
        count,
        "WHERE status = 'counted' ORDER BY id",
        number="'Q' || lpad(g::text, 9, '0')",
        key="md5(g::text)::uuid",
        customer_id=f"{customers} + 1 + g % {CUSTOMERS}",
        site_id=f"{sites} + 1 + g % {CUSTOMERS}",
    )


def _pieces(connection: psycopg.Connection, count: int, requests: int, customers: int) -> None:
    """Label, piece and count of each; ids go on from the highest there is."""
    facts = connection.execute(
        "SELECT q.seller_id, q.centre_id, c.by_id FROM collection_count c"
        " JOIN collection_collectionrequest q ON q.id = c.request_id ORDER BY c.id LIMIT 1"
    ).fetchone()
    assert facts is not None
    seller, centre, clerk = facts
    models = [
        row[0]
        for row in connection.execute(
            "SELECT id FROM catalogue_consumable WHERE collectable ORDER BY id"
        )
    ]
    labels, pieces, counts = (
        _last(connection, f"collection_{name}") for name in ("label", "piece", "count")
    )
    dice = Random(7)

    def whose(n: int) -> tuple[int, int]:
        place = n // A_REQUEST + 1
        return requests + place, customers + 1 + place % CUSTOMERS

    def label_rows() -> Iterator[tuple[object, ...]]:
        for n in range(count):
            request, customer = whose(n)
            digits = f"{(n + 1) * 387_420_489 % 10**9:09d}"
            wrong = (int(check_digit(digits)) + 1) % 10
            identifier = f"P{digits}{wrong}"
            yield labels + 1 + n, identifier, "piece", seller, customer, request, START

    def count_rows() -> Iterator[tuple[object, ...]]:
        for n in range(count):
            request, customer = whose(n)
            condition = dice.choices(("reusable", "recyclable", "other_maker"), (70, 25, 5))[0]
            at = START + timedelta(days=n * DAYS // count)
            what = (seller, customer, request, dice.choice(models), "", condition, 1, at, clerk, "")
            yield (counts + 1 + n, pieces + 1 + n, *what)

    _copy(
        connection,
        "collection_label(id, identifier, kind, seller_id, customer_id, request_id, issued_at)",
        label_rows(),
    )
    _copy(
        connection,
        "collection_piece(id, label_id, request_id, centre_id)",
        ((pieces + 1 + n, labels + 1 + n, whose(n)[0], centre) for n in range(count)),
    )
    _copy(
        connection,
        "collection_count(id, piece_id, seller_id, customer_id, request_id, consumable_id,"
        " unknown_model, condition, quantity, at, by_id, reason)",
        count_rows(),
    )
    for name in ("label", "piece", "count"):
        table = f"collection_{name}"
        connection.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
            [table, _last(connection, table)],
        )


def _orders(connection: psycopg.Connection, count: int, customers: int, sites: int) -> None:
    """Each of three lines that arrived whole; of every hundredth line a piece came back."""
    orders = _copies(
        connection,
        "orders_order",
        count,
        "WHERE status = 'delivered' ORDER BY id",
        number="'9' || lpad(g::text, 9, '0')",
        basket_id="NULL",
        customer_id=f"{customers} + 1 + g % {CUSTOMERS}",
        site_id=f"{sites} + 1 + g % {CUSTOMERS}",
        placed_at=f"'{START}'::timestamptz + g % {DAYS} * interval '1 day'",
    )
    lines = _copies(
        connection,
        "orders_orderline",
        3 * count,
        "WHERE delivered_quantity > 0 AND consumable_id IN"
        " (SELECT id FROM catalogue_consumable WHERE collectable) ORDER BY id",
        order_id=f"{orders} + 1 + (g - 1) / 3",
        position="1 + (g - 1) % 3",
    )
    _copies(
        connection,
        "orders_delivery",
        3 * count,
        "ORDER BY id",
        line_id=f"{lines} + g",
        customer_id=f"{customers} + 1 + ((g - 1) / 3 + 1) % {CUSTOMERS}",
        quantity="2",
        at=f"'{START}'::timestamptz + ((g - 1) / 3 + 1) % {DAYS} * interval '1 day'",
    )
    _copies(
        connection,
        "orders_return",
        3 * count // 100,
        "ORDER BY id",
        line_id=f"{lines} + 100 * g",
        quantity="1",
        recorded_at=f"'{START}'::timestamptz + {DAYS} * interval '1 day'",
    )


def _copy(connection: psycopg.Connection, into: str, rows: Iterator[tuple[object, ...]]) -> None:
    with connection.cursor().copy(f"COPY {into} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _last(connection: psycopg.Connection, table: str) -> int:
    found = connection.execute(
        sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))
    ).fetchone()
    assert found is not None
    return int(found[0])
