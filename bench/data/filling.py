"""Fill one migrated database with a data set."""

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context

import psycopg
from psycopg import sql

from bench.data import collecting, customers, journal, orders
from bench.data.customers import Bases, Customers
from bench.data.sizes import PIECES, Size
from bench.data.streams import Streams, bare

PARTS = {
    "orders": orders.COLUMNS,
    "journal": journal.COLUMNS,
    "collecting": collecting.COLUMNS,
    "customers": customers.COLUMNS,
}
COLUMNS = {table: columns for part in PARTS.values() for table, columns in part.items()}


@dataclass(frozen=True)
class Filling:
    """What each part of the rows is made from, in a process of its own."""

    url: str
    own: Customers
    of_orders: bytes  # the secrets that scatter numbers
    of_labels: bytes
    today: date

    def write(self, part: str) -> None:
        """Make and store the rows of one part."""
        with Streams(self.url, PARTS[part]) as out:
            match part:
                case "customers":
                    customers.write_customers(out, self.own)
                case "orders":
                    orders.write_orders(out, self.own, self.of_orders, self.today)
                case "collecting":
                    collecting.write_collections(out, self.own, self.of_labels, self.today)
                case _:
                    journal.write_journal(out, self.own, self.today)


def fill(url: str, size: Size, *, today: date, seed: int = 7) -> float:
    """Fill the database that Django uses, at `url` as the superuser; gives the seconds it took."""
    from bench.data.houses import build_houses

    began = time.perf_counter()
    houses = build_houses(size, seed)
    with psycopg.connect(url) as connection:
        names = ("parties_person", "parties_membership", "pricing_priceagreement")
        bases = Bases(*(_highest(connection, name) for name in names))
        keys = [_key(connection, f"{app}_numberkey") for app in ("orders", "collection")]
    filling = Filling(url, Customers(size, houses, bases), *keys, today)
    with bare(url, list(COLUMNS)), ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(filling.write, PARTS))
    _afterwards(url, size)
    _keep(url, today)
    return time.perf_counter() - began


def _afterwards(url: str, size: Size) -> None:
    """Sequences go on from where the rows end; statistics are taken."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in COLUMNS:
            highest = sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}")
            connection.execute(highest.format(table, sql.Identifier(table)))
        numbers = size.requests * (PIECES + 2) + 2
        for name, last in (
            ("orders_number_serial", size.orders + 1),
            ("collection_number_serial", numbers),
        ):
            connection.execute("SELECT setval(%s, %s)", [name, last])
        connection.execute("VACUUM ANALYZE")


def _keep(url: str, today: date) -> None:
    """The sums of months that a worker would have kept by now, so that none does while measured."""
    from tonerloop.collection.keeping import keep_months

    keep_months(datetime(today.year, today.month, today.day, 23, tzinfo=UTC))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE collection_keptmonth, collection_keptuntil")


def _highest(connection: psycopg.Connection, table: str) -> int:
    query = sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))
    found = connection.execute(query).fetchone()
    return int(found[0]) if found else 0


def _key(connection: psycopg.Connection, table: str) -> bytes:
    query = sql.SQL("SELECT key FROM {}").format(sql.Identifier(table))
    found = connection.execute(query).fetchone()
    assert found is not None
    return bytes(found[0])
