"""Everybody's audit, for the operator: to its end, narrowed, and as a file of any length."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.postgres import TestServer
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.config.database import OWNER_ROLE
from tonerloop.journal.looking import Wanted, place_of, whole_audit
from tonerloop.journal.models import Entry, Look
from tonerloop.orders.actions import confirm_price

pytestmark = pytest.mark.django_db
WHERE = "/admin/audit/"


@pytest.fixture
def operator(world: World, client: Client, settings: Any) -> Client:
    settings.DEMO = True  # which goes without a second factor
    world.operator.is_superuser = True
    world.operator.save()
    client.force_login(world.operator)
    return client


def fill(world: World, rows: int, *, at: datetime | None = None) -> None:
    """So many changes and as many looks, three of a moment, half of them the rival's."""
    newest, entries, looks = at or timezone.now(), [], []
    for number in range(1, rows + 1):
        seller = world.seller if number % 2 else world.rival_seller
        row: dict[str, Any] = {
            "at": newest - timedelta(seconds=number // 3),
            "subject_id": number,
            "seller_id": seller.pk,
            "role": "back_office",
            "person_id": world.back_office.pk,
        }
        told: dict[str, Any] = {"audience": ["seller"], "data": {"action": "added"}}
        entries.append(Entry(event="record.changed", subject_kind="customer", **told, **row))
        looks.append(Look(subject_kind="prices", **row))
    Entry.objects.bulk_create(entries, batch_size=2000)
    Look.objects.bulk_create(looks, batch_size=2000)


def told(answer: Any) -> list[dict[str, Any]]:
    """The rows of a file as JSON."""
    found: list[dict[str, Any]] = json.loads(answer.getvalue())["audit"]
    return found


def test_pages_lead_to_the_very_first_row(
    world: World, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonerloop.web.operator.audit.SHOWN", 7)
    fill(world, 20)
    seen, after = [], ""
    while True:
        answer = operator.get(f"{WHERE}{after}")
        seen += [(row.subject, row.subject_id) for row in answer.context["rows"]]
        if not answer.context["older"]:
            break
        assert f"before={answer.context['older']}" in answer.content.decode()
        after = f"?before={answer.context['older']}"
    assert len(seen) == len(set(seen)) >= 40
    assert {("customer", n) for n in range(1, 21)} | {("prices", n) for n in range(1, 21)} <= {
        *seen
    }


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_has_all_rows_however_many(
    world: World, operator: Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """In several parts, each read when it is sent, after the request's own wall has gone."""
    monkeypatch.setattr("tonerloop.web.operator.audit.AT_ONCE", 10)
    fill(world, 34)
    answer = operator.get(WHERE, {"as": kind, "about": "looks"})
    assert answer.streaming and f'filename="audit.{kind}"' in answer.headers["Content-Disposition"]
    text = answer.getvalue().decode("utf-8-sig")
    if kind == "csv":
        heading, *rows = csv.reader(io.StringIO(text))
        assert heading[0] == "When" and len(rows) == 34
        assert {row[1] for row in rows} == {world.back_office.name}
    else:
        assert sorted(row["subject_id"] for row in json.loads(text)["audit"]) == [*range(1, 35)]


def test_nothing_is_a_file_too(world: World, operator: Client) -> None:
    days = {"first": "2001-01-01", "last": "2001-01-02"}
    assert told(operator.get(WHERE, {"as": "json", **days})) == []


def test_it_is_narrowed_by_object_person_kind_and_days(world: World, operator: Client) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    fill(world, 4, at=datetime(2026, 3, 2, 12, tzinfo=UTC))

    def found(**asked: Any) -> set[tuple[str, int]]:
        rows = told(operator.get(WHERE, {"as": "json", **asked}))
        return {(row["subject"], row["subject_id"]) for row in rows}

    march = {"first": "2026-03-02", "last": "2026-03-02"}
    assert found(what="order", number=grouped(order.number)) == {("order", order.pk)}
    assert found(what="order", number="1") == set()
    assert found(what="customer", number="3", **march) == {("customer", 3)}
    assert found(number="3", **march) == {("customer", 3), ("prices", 3)}
    assert found(about="looks", **march) == {("prices", n) for n in range(1, 5)}
    assert found(person=world.sales.name) >= {("order", order.pk)}
    assert found(person=world.sales.name, **march) == set()
    assert operator.get(WHERE, {"number": "x"}).status_code == 422
    assert operator.get(WHERE, {"what": "nothing"}).status_code == 422


def test_a_page_asks_for_as_much_whatever_it_holds(
    world: World, operator: Client, django_assert_max_num_queries: Any
) -> None:
    fill(world, 60)
    confirm_price(world.place().number, by=world.actor(world.sales))
    operator.get(WHERE)
    with django_assert_max_num_queries(18):
        operator.get(WHERE)


def test_an_index_leads_to_each_page(committed_world: World, committed_db: TestServer) -> None:
    """Among 20,000 of each table, a page in the middle is led to, and sorts nothing."""
    fill(committed_world, 20_000)
    url = committed_db.url(str(connection.settings_dict["NAME"]), OWNER_ROLE)
    with psycopg.connect(url) as owner:  # the application may not
        owner.execute("ANALYZE journal_entry, journal_look")
    middle = whole_audit(Wanted(), most=20_000)[-1]
    with CaptureQueriesContext(connection) as said:
        assert len(whole_audit(Wanted(before=place_of(middle)), most=51)) == 51
    for query in said:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE) {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "audit_of_all" in plan or "look_of_all" in plan, plan
        assert "Sort" not in plan.replace("Incremental Sort", ""), plan


def test_others_are_sent_away(world: World, client: Client) -> None:
    client.force_login(world.back_office)
    for kind in ("", "csv", "json"):
        assert client.get(WHERE, {"as": kind}).status_code == 302
