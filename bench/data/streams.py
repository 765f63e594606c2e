"""Rows into many tables at once: one COPY each, indexes and foreign keys built afterwards.

Nothing is left out in the end: every constraint is added again and so checked by PostgreSQL on
all rows. As the superuser, since triggers that send or refuse are passed by while loading.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql

NULL = "\\N"
CHUNK = 4000  # rows that are sent together


class Streams:
    """`put` rows; each table's columns are named once."""

    def __init__(self, url: str, columns: dict[str, str]) -> None:
        self.url, self.columns = url, columns
        self.waiting: dict[str, list[str]] = {table: [] for table in columns}
        self.copies: dict[str, Any] = {}
        self.stack = ExitStack()

    def put(self, table: str, *values: object) -> None:
        """One row, in the order of the columns; NULL for none. Values hold no tabs or newlines."""
        rows = self.waiting[table]
        rows.append("\t".join(map(str, values)))
        if len(rows) >= CHUNK:
            self._send(table)

    def _send(self, table: str) -> None:
        rows = self.waiting[table]
        if not rows:
            return
        if table not in self.copies:
            self.copies[table] = self.stack.enter_context(self._copy(table))
        self.copies[table].write("\n".join(rows) + "\n")
        rows.clear()

    @contextmanager
    def _copy(self, table: str) -> Iterator[Any]:
        with psycopg.connect(self.url, options="-c session_replication_role=replica") as connection:
            into = f"COPY {table} ({self.columns[table]}) FROM STDIN"
            with connection.cursor().copy(into.encode()) as copy:
                yield copy

    def __enter__(self) -> "Streams":
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is None:
            for table in self.waiting:
                self._send(table)
        self.stack.__exit__(kind, *rest)


@contextmanager
def bare(url: str, tables: list[str]) -> Iterator[None]:
    """Inside, these tables have no indexes and nothing has foreign keys; afterwards they have."""
    with psycopg.connect(url, autocommit=True) as connection:
        foreign = connection.execute(_CONSTRAINTS, {"kinds": ["f"], "tables": None}).fetchall()
        unique = connection.execute(
            _CONSTRAINTS, {"kinds": ["p", "u"], "tables": tables}
        ).fetchall()
        for table, name, _definition in foreign + unique:
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
            connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
        indexes = connection.execute(_INDEXES, [tables]).fetchall()
        for _table, name, _definition in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    add = "ALTER TABLE {} ADD CONSTRAINT {} {}"
    _together(url, [*((t, add.format(t, n, d)) for t, n, d in unique)])
    _together(url, [(table, definition) for table, _name, definition in indexes])
    _together(url, [("", add.format(t, n, d)) for t, n, d in foreign])


_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND contype::text = ANY(%(kinds)s)
   AND (%(tables)s::text[] IS NULL OR conrelid::regclass::text = ANY(%(tables)s))
 ORDER BY contype DESC, oid
"""
_INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename = ANY(%s) ORDER BY 1, 2
"""


def _together(url: str, work: list[tuple[str, str]]) -> None:
    """Run the statements, two tables at a time; those of one table one after the other."""
    by_table: dict[str, list[str]] = {}
    for table, statement in work:
        by_table.setdefault(table, []).append(statement)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda statements: _run(url, statements), by_table.values()))


def _run(url: str, statements: list[str]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET max_parallel_maintenance_workers = 0")
        for statement in statements:
            connection.execute(statement.encode())
