"""The rows of orders that are placed, written in one statement: what the ORM would write in three.

Which columns there are the models say, and the test of it reads back every one of them.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.models import Order, OrderLine


@cache
def _columns(model: type[Model]) -> list[str]:
    """All but the key, which the database gives, and the order's, which is known only then."""
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not field.primary_key and field.attname != "order_id"
    ]


def _rows_of(model: type[Model], name: str) -> str:
    """An insert of rows whose `order_id` is the place of their order among the new ones."""
    table, columns = model._meta.db_table, ", ".join(_columns(model))
    return f"""
INSERT INTO {table} (order_id, {columns})
SELECT p.id, {columns}
FROM jsonb_populate_recordset(NULL::{table}, %({name})s) r
JOIN placed p ON p.place = r.order_id"""  # noqa: S608 - names of models


_ORDER = ", ".join(_columns(Order))
_SQL = f"""
WITH stored AS (
    INSERT INTO orders_order ({_ORDER})
    SELECT {_ORDER} FROM jsonb_populate_recordset(NULL::orders_order, %(orders)s)
    RETURNING id, number
), placed AS MATERIALIZED (
    SELECT id, number, array_position(%(numbers)s::varchar[], number) AS place FROM stored
), lines AS ({_rows_of(OrderLine, "lines")}
), stages AS ({_rows_of(Deadline, "stages")}
) SELECT id, number FROM placed
"""  # noqa: S608 - names of models


def write(
    orders: Sequence[Order],
    lines: Iterable[tuple[int, OrderLine]],
    stages: Iterable[tuple[int, Deadline]],
) -> None:
    """Store new orders with their lines and deadlines, each beside its order's place from 1.

    The orders get their ids; lines and deadlines, which nobody asks for theirs, do not.
    """
    given: dict[str, Any] = {
        "numbers": [order.number for order in orders],
        "orders": _json((0, order) for order in orders),
        "lines": _json(lines),
        "stages": _json(stages),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, given)
        ids = {number: pk for pk, number in cursor.fetchall()}
    for order in orders:
        order.pk = ids[order.number]
        order._state.adding, order._state.db = False, connection.alias


def _json(rows: Iterable[tuple[int, Model]]) -> str:
    told = [
        {name: getattr(row, name) for name in _columns(type(row))} | {"order_id": place}
        for place, row in rows
    ]
    return json.dumps(told, default=str)
