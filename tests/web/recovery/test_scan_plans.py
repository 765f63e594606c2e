"""A scan stays fast among millions of pieces: whatever it looks up, an index leads there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.test_collection_work import Scanner, as_
from tests.world import World

MANY = {f"collection_{name}" for name in ("label", "piece", "count", "collectionrequest")}
FIT_FOR_FEW = ("seqscan", "indexscan", "indexonlyscan", "hashjoin", "mergejoin")
MOST = 30  # statements of one scan, session and page included


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def led_nowhere(sql: str) -> list[str]:
    """Tables with many rows that this statement would read without being led to a row."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return [
        f"{node['Node Type']} on {node['Relation Name']}"
        for node in nodes(plan)
        if node.get("Relation Name") in MANY
        and node["Node Type"] not in ("ModifyTable", "LockRows")
        and not (node.get("Index Cond") or node.get("Recheck Cond"))
    ]


@pytest.mark.django_db
def test_each_look_up_of_a_scan_goes_by_an_index(world: World) -> None:
    """The tables are small here, so the planner is forbidden to read them whole.

    An index of one page can be read whole, too; a bitmap is only made where a condition leads.
    """
    world.registered()
    request = world.collection(2)
    scan = Scanner(as_(world, "clerk"))
    first, second = request.labels.order_by("pk").values_list("identifier", flat=True)
    slow: dict[str, list[str]] = {}
    for text in (first, "NPG-67-BK", "1", second, "N", "NPG-67-BK", "2", "nonsense", first):
        with CaptureQueriesContext(connection) as said:
            scan(text)
        assert len(said) <= MOST, f"{text}: {len(said)}"
        with connection.cursor() as cursor:
            for way in FIT_FOR_FEW:
                cursor.execute(f"SET LOCAL enable_{way} = off")
        for query in said:
            if query["sql"].startswith(("SELECT", "UPDATE")) and (bad := led_nowhere(query["sql"])):
                slow[query["sql"]] = bad
        with connection.cursor() as cursor:
            for way in FIT_FOR_FEW:
                cursor.execute(f"SET LOCAL enable_{way} = on")
    assert slow == {}


@pytest.mark.django_db
def test_the_check_sees_a_look_up_without_an_index(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert led_nowhere("SELECT * FROM collection_count WHERE reason = 'x'")
