"""Who saw and changed what: for whoever administers, of their own organisation only."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.world import LONG_AGO, World
from tonerloop.common.references import grouped
from tonerloop.journal.looking import Wanted, audit
from tonerloop.journal.models import Entry, Look
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.pricing.actions import Terms, add_agreement, change_agreement
from tonerloop.pricing.guarding import set_floor
from tonerloop.programs.keys import create_key, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def deeds(world: World) -> World:
    """A price and a key of the seller, and a key of its rival."""
    terms = Terms(currency="JPY", unit_price=Decimal(7000), first_day=LONG_AGO)
    by = world.actor(world.back_office)
    add_agreement(world.cyan.pk, terms, customer_id=world.office.pk, by=by)
    create_key("ERP", by=by)
    create_key("Theirs", by=world.actor(world.rival_back_office))
    return world


def rows(client: Client, **asked: Any) -> list[tuple[str, str]]:
    """(deed, subject) of the audit as JSON."""
    found = client.get("/audit/", {"as": "json", **asked}).json()["audit"]
    return [(row["deed"], row["subject"]) for row in found]


def test_changes_stand_there_and_the_rivals_do_not(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    found = rows(client)
    assert ("added", "priceagreement") in found
    assert [row for row in found if row[1] == "key"] == [("key.created", "key")]
    client.force_login(deeds.rival_back_office)
    assert ("added", "priceagreement") not in rows(client)


def test_a_look_at_keys_is_noted(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    client.get("/seller/programs/")
    look = Look.objects.get()
    assert (look.subject_kind, look.person_id) == ("keys", deeds.back_office.pk)
    assert look.seller_id == deeds.seller.pk
    assert ("seen", "keys") in rows(client, about="keys")


def test_a_look_at_prices_is_noted(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    client.get(reverse("seller:agreements"))
    assert ("seen", "prices") in rows(client, about="prices")


def test_it_is_narrowed_by_person_subject_and_day(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    assert {subject for _deed, subject in rows(client, about="prices")} == {"priceagreement"}
    assert rows(client, about="prices", person=deeds.sales.name) == []
    assert rows(client, about="prices", person=deeds.back_office.name.upper()[:4])
    assert rows(client, about="prices", person=deeds.back_office.pk)
    assert rows(client, about="prices", last="2020-01-01") == []
    assert rows(client, about="prices", first="2020-01-01")


def test_the_audit_is_taken_as_a_file(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    answer = client.get("/audit/", {"as": "csv"})
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0][:3] == ["When", "Who", "In whose name"] and len(table) == 3
    price = next(row for row in table if "Price agreement" in row)
    assert price[1] == deeds.back_office.name and price[5] == "added"
    assert price[8] == f"NPG-67-C Cyan toner, {deeds.office.name}"
    assert price[9].startswith("unit price: JP¥7,000 · first day: 1 Jan 2020")
    assert 'filename="audit.csv"' in answer.headers["Content-Disposition"]
    assert ("seen", "audit") in rows(client, about="roles")


def page(client: Client, **asked: Any) -> str:
    """The audit's page as text without marks."""
    answer = client.get("/audit/", asked)
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_page_speaks_the_trades_words(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    text = page(client)
    assert f"added Price agreement NPG-67-C Cyan toner, {deeds.office.name}" in text
    assert "made Program’s key ERP" in text
    assert "priceagreement" not in text and "key.created" not in text


def test_old_and_new_stand_there_with_their_currency(world: World, client: Client) -> None:
    by, tomorrow = world.actor(world.back_office), timezone.localdate() + timedelta(days=3)
    terms = Terms(currency="JPY", unit_price=Decimal(7000), first_day=tomorrow)
    made = add_agreement(world.cyan.pk, terms, customer_id=world.office.pk, by=by)
    cheaper = replace(terms, unit_price=Decimal(6800), breaks=((10, Decimal(6500)),))
    change_agreement(made.pk, cheaper, by=by)
    set_floor(world.cyan.pk, amount=Decimal(5000), currency="JPY", by=by)
    set_floor(world.cyan.pk, amount=Decimal(5500), currency="JPY", by=by)
    client.force_login(world.back_office)
    text = page(client)
    assert "unit price: JP¥7,000 → JP¥6,800" in text
    assert "quantity breaks: JP¥6,500 from 10" in text
    assert "Price floor NPG-67-C Cyan toner lowest price: JP¥5,000 → JP¥5,500" in text


def test_an_order_is_named_and_opened(world: World, client: Client) -> None:
    order = world.place()
    actions.confirm_price(order.number, by=world.actor(world.sales))
    shown = {}
    for person in (world.back_office, world.desk, world.buyer):
        client.force_login(person)
        shown[person] = client.get("/audit/", {"about": "prices"}).content.decode()
        assert f">{grouped(order.number)}</a> <strong>{world.office.name}</strong>" in shown[person]
        assert "confirmed the price" in shown[person]
    link = re.search(r'href="([^"]+)">' + grouped(order.number), shown[world.desk])
    client.force_login(world.desk)
    assert link and client.get(link[1]).status_code == 200


def test_a_programs_deed_has_its_name(world: World, client: Client) -> None:
    key, _text = create_key("Stock system", by=world.actor(world.back_office))
    order = world.place()
    actions.confirm_price(order.number, by=program(key))
    client.force_login(world.back_office)
    assert f"Program “Stock system” in the name of {world.back_office.name}" in page(client)


def test_pages_follow_each_other_without_gap_or_double(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonerloop.web.shared.audit.SHOWN", 7)
    by, at = world.actor(world.back_office), timezone.now()
    about: dict[str, Any] = {
        "seller_id": world.seller.pk,
        "role": "back_office",
        "person_id": by.person_id,
    }
    told: Any = {"subject_kind": "customer", "audience": ["seller"], "event": "record.changed"}
    for number in range(1, 20):  # several of one moment, in both tables
        moment = at - timedelta(seconds=number // 4)
        row: dict[str, Any] = {"at": moment, "subject_id": number, **about}
        Entry.objects.create(data={"action": "added"}, **told, **row)
        Look.objects.create(subject_kind="prices", **row)
    client.force_login(world.back_office)
    seen, after = [], ""
    while True:
        answer = client.get(f"/audit/{after}")
        seen += [(row.subject, row.subject_id) for row in answer.context["rows"]]
        if not answer.context["older"]:
            break
        after = f"?before={answer.context['older']}"
    assert len(seen) == len(set(seen)) == 38
    assert len(client.get("/audit/", {"as": "json", "before": after[8:]}).json()["audit"]) == 38
    assert client.get("/audit/?before=nonsense").status_code == 200


def test_a_page_costs_the_same_however_many_rows_it_has(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for _each in range(3):
        order = world.place()
        propose_cheaper(world, order)
    client.force_login(world.back_office)
    client.get("/audit/")
    with django_assert_max_num_queries(18):
        client.get("/audit/")
    for _each in range(3):
        propose_cheaper(world, world.place())
    with django_assert_max_num_queries(18):
        client.get("/audit/")


def propose_cheaper(world: World, order: Order) -> None:
    """A better price, which is the seller's and the buyer's to know."""
    line = order.lines.exclude(unit_price=None)[0]
    assert line.unit_price is not None
    changes = actions.Changes(prices={line.pk: line.unit_price - 1})
    actions.propose(order.number, changes, by=world.actor(world.sales))


def test_what_is_typed_wrongly_is_told_and_shows_nothing(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    for wrong, words in (
        ({"first": "yesterday"}, "Enter a valid date"),
        ({"first": "9999-12-31"}, "Choose a day between 2000 and 2099."),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "The last day lies before the first."),
        ({"about": "everybody's"}, "Select a valid choice"),
    ):
        for kind in ("", "csv", "json"):
            answer = client.get("/audit/", {**wrong, "as": kind})
            assert answer.status_code == 422 and words in answer.content.decode()
            assert "Price agreement" not in answer.content.decode()
    assert "Nothing in this time" in page(client, person="Nobody at all")
    assert "Nothing in this time" in page(client, person="9" * 40)


def test_a_file_is_whole_or_refused(
    deeds: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonerloop.web.shared.audit.MOST", 1)
    client.force_login(deeds.back_office)
    answer = client.get("/audit/", {"as": "csv"})
    assert answer.status_code == 422 and "Choose fewer days." in answer.content.decode()
    assert not Look.objects.filter(subject_kind="audit").exists()


def test_looks_stand_alone_too(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    client.get("/seller/programs/")
    assert rows(client, about="looks") == [("seen", "keys")]
    assert "looked Keys of programs" in page(client, about="looks")


def test_an_index_leads_to_the_newest_rows_of_many(world: World) -> None:
    """Among 20,000 orders' entries, three of which are the audit's: no row but theirs is read."""
    order: Any = {"subject_kind": "order", "role": "buyer", "audience": ["seller"]}
    about: Any = {"seller_id": world.seller.pk, "subject_id": 1, "at": timezone.now(), **order}
    placed = [Entry(event="order.placed", **about) for _each in range(20_000)]
    Entry.objects.bulk_create(placed, batch_size=2000)
    Entry.objects.bulk_create([Entry(event="order.price_confirmed", **about) for _each in "123"])
    with CaptureQueriesContext(connection) as said:
        assert len(audit(Wanted(), by=world.actor(world.back_office), most=51)) == 3
    [statement] = [query["sql"] for query in said if "journal_entry" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE) {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert re.search("audit_of_(seller|all)", plan) and "Rows Removed" not in plan, plan


def test_it_is_not_for_everybody(deeds: World, client: Client) -> None:
    for person in (deeds.sales, deeds.driver, deeds.clerk, deeds.branch_buyer):
        client.force_login(person)
        assert client.get("/audit/").status_code == 403


def test_the_operator_has_everybodys(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    assert client.get("/admin/audit/").status_code == 302
    deeds.operator.is_superuser = True
    deeds.operator.save()
    client.force_login(deeds.operator)
    found = json.loads(client.get("/admin/audit/?as=json").getvalue())["audit"]
    assert len([row for row in found if row["subject"] == "key"]) == 2


def test_what_the_seller_noted_for_the_buyer_is_not_the_manufacturers(
    world: World, client: Client
) -> None:
    order = world.place()
    line = order.lines.exclude(unit_price=None)[0]
    assert line.unit_price is not None
    changes = actions.Changes(prices={line.pk: line.unit_price - 1}, note="For you alone")
    actions.propose(order.number, changes, by=world.actor(world.sales))
    told = {}
    for person in (world.back_office, world.desk):
        client.force_login(person)
        for kind in ("json", "csv"):
            told[person, kind] = client.get("/audit/", {"as": kind}).content.decode()
    assert "For you alone" in told[world.back_office, "json"]
    assert "order.price_confirmed" in told[world.desk, "json"]
    assert "For you alone" not in told[world.desk, "json"] + told[world.desk, "csv"]
