"""Fill one migrated database with a data set."""

import multiprocessing
import time
from collections.abc import Callable
from datetime import date

import psycopg
from psycopg import sql

from bench.data import collecting, customers, journal, orders
from bench.data.customers import Bases, Customers
from bench.data.houses import build_houses
from bench.data.sizes import PIECES, Size
from bench.data.streams import Streams, bare

COLUMNS = {**customers.COLUMNS, **orders.COLUMNS, **collecting.COLUMNS, **journal.COLUMNS}
Part = Callable[[Streams], None]


def fill(url: str, size: Size, *, today: date, seed: int = 7) -> float:
    """Fill the database that Django uses, at `url` as the superuser; gives the seconds it took."""
    began = time.perf_counter()
    houses = build_houses(size, seed)
    with psycopg.connect(url) as connection:
        names = ("parties_person", "parties_membership", "pricing_priceagreement")
        bases = Bases(*(_scalar(connection, f"SELECT max(id) FROM {name}") for name in names))  # noqa: S608
        of_orders = bytes(_value(connection, "SELECT key FROM orders_numberkey"))
        of_labels = bytes(_value(connection, "SELECT key FROM collection_numberkey"))
    own = Customers(size, houses, bases)
    with bare(url, list(COLUMNS)):
        # Three kinds of rows at a time: one process makes them, each table's backend stores them.
        _together(
            url,
            (customers.COLUMNS, lambda out: customers.write_customers(out, own)),
            (orders.COLUMNS, lambda out: orders.write_orders(out, own, of_orders, today)),
            (
                collecting.COLUMNS,
                lambda out: collecting.write_collections(out, own, of_labels, today),
            ),
            (journal.COLUMNS, lambda out: journal.write_journal(out, own, today)),
        )
    _afterwards(url, size)
    return time.perf_counter() - began


def _together(url: str, *parts: tuple[dict[str, str], Part]) -> None:
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_write, args=(url, *part)) for part in parts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("the rows could not be written; see the lines above")


def _write(url: str, columns: dict[str, str], write: Part) -> None:
    with Streams(url, columns) as out:
        write(out)


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


def _scalar(connection: psycopg.Connection, query: str) -> int:
    return int(_value(connection, query) or 0)


def _value(connection: psycopg.Connection, query: str) -> bytes:
    found = connection.execute(query.encode()).fetchone()
    assert found is not None
    value: bytes = found[0]
    return value
