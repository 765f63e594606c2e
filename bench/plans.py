"""What PostgreSQL would do for the statements of a piece of work, by its own account."""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bench.visitor import Visitor, at_once
from bench.work import Desk, Work

# Tables that grow with customers, machines, orders or collected pieces.
GROWING = frozenset(
    {
        *("parties_customer", "parties_site", "parties_person", "parties_membership"),
        *("fleet_equipment", "pricing_priceagreement", "pricing_pricebreak"),
        *("orders_basket", "orders_basketline", "orders_order", "orders_orderline"),
        *("orders_proposal", "orders_approvalrequest", "orders_deadline", "orders_shipment"),
        *("orders_shipmentline", "orders_delivery", "orders_return"),
        *("journal_entry", "outbound_message", "points_account", "points_transaction"),
        *("points_lot", "points_entry", "collection_registration", "collection_label"),
        *("collection_collectionrequest", "collection_piece", "collection_count"),
        "collection_keptmonth",
    }
)
READ = ("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")


def statements(work: Work, visitor: Visitor, desk: Desk) -> list[str]:
    """All statements that the work sends, session and page included, in their order."""
    with CaptureQueriesContext(connection) as said:
        at_once(work.script(visitor, desk))  # type: ignore[arg-type]
    return [query["sql"] for query in said]


def unled(statement: str) -> list[str]:
    """Growing tables that this statement would read without being led to rows by an index.

    Where a table of the parties is read whole, for it is small still, the planner is asked again
    and may not: if an index can lead there, it will once there are more.
    """
    if not statement.lstrip("( \n").upper().startswith(READ):
        return []
    found = set(_unled(statement))
    if small := {each for each in found if each.startswith("parties_")}:
        found -= small - set(_unled(statement, "seqscan", "hashjoin", "mergejoin"))
    return sorted(found)


def reads(statement: str) -> int:
    """Shared buffers that a SELECT reads; 0 of anything else, which is not done again."""
    if not statement.lstrip("( \n").upper().startswith(("SELECT", "WITH")):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _unled(statement: str, *forbidden: str) -> Iterator[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        for way in forbidden:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        found = cursor.fetchone()[0]
        for way in forbidden:
            cursor.execute(f"SET LOCAL enable_{way} = on")
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    for node in _nodes(plan):
        led = node.get("Index Cond") or node.get("Recheck Cond")
        kind, table = node["Node Type"], node.get("Relation Name")
        if table in GROWING and not led and kind not in ("ModifyTable", "LockRows"):
            yield f"{table}: {kind}"


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from _nodes(part)
