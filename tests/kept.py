"""Rows that tests begin with, made once by the product's own models and then put back.

Made anew, the cast is ninety statements for each of some thousand tests. So its rows of the first
time are kept with what was made of them; every test still has them in a transaction of its own.
"""

import copy
import re
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connection
from psycopg import sql

Made = TypeVar("Made")
INSERTED = re.compile(r'INSERT INTO "(\w+)"')
ROWS = "SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM {table} t"
BACK = "INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(null::{table}, {rows});"

_kept: dict[tuple[str, Callable[[], Any]], tuple[Any, str]] = {}


def made_once(make: Callable[[], Made]) -> Made:
    """What this makes, with its rows; from the second time on without making it.

    Only in a transaction, which takes the rows away again: what is committed is made anew, with
    new numbers.
    """
    if not connection.in_atomic_block:
        return make()
    key = (connection.settings_dict["NAME"], make)
    if key not in _kept:
        return _keep(key, make)
    made, statements = _kept[key]
    connection.connection.execute(statements)
    return copy.deepcopy(made)  # type: ignore[no-any-return]


def _keep(key: tuple[str, Callable[[], Any]], make: Callable[[], Made]) -> Made:
    written: dict[str, None] = {}  # in this sequence

    def note(execute: Any, query: Any, params: Any, many: bool, context: Any) -> Any:
        written.update(dict.fromkeys(INSERTED.findall(str(query))))
        return execute(query, params, many, context)

    full = {table for table in connection.introspection.table_names() if _rows(table) != "[]"}
    with connection.execute_wrapper(note):
        made = make()
    if not full & set(written):  # else a test had rows of its own there
        statements = [_filled(BACK, table, _rows(table)) for table in written]
        _kept[key] = (copy.deepcopy(made), "\n".join(statements))
    return made


def _rows(table: str) -> str:
    row = connection.connection.execute(_filled(ROWS, table)).fetchone()
    return str(row[0])


def _filled(text: str, table: str, rows: str = "") -> str:
    names = {"table": sql.Identifier(table), "rows": sql.Literal(rows)}
    return sql.SQL(text).format(**names).as_string(connection.connection)
