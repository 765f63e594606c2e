"""Who saw and changed what: for whoever administers, of their own organisation only."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import LONG_AGO, World
from tonerloop.journal.models import Look
from tonerloop.orders import actions
from tonerloop.pricing.actions import Terms, add_agreement
from tonerloop.programs.keys import create_key

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


def rows(client: Client, **asked: object) -> list[tuple[str, str]]:
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
    assert rows(client, about="prices", person=deeds.sales.pk) == []
    assert rows(client, about="prices", person=deeds.back_office.pk)
    assert rows(client, about="prices", last="2020-01-01") == []
    assert rows(client, about="prices", first="2020-01-01")


def test_the_audit_is_taken_as_a_file(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    answer = client.get("/audit/", {"as": "csv"})
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0][:3] == ["at", "person_id", "person"] and len(table) >= 3
    assert 'filename="audit.csv"' in answer.headers["Content-Disposition"]
    assert ("seen", "audit") in rows(client, about="roles")


def test_the_page_shows_it(deeds: World, client: Client) -> None:
    client.force_login(deeds.back_office)
    assert "priceagreement" in client.get("/audit/").content.decode()


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
    found = client.get("/admin/audit/").json()["audit"]
    assert len([row for row in found if row["subject"] == "key"]) == 2


def test_what_the_seller_noted_for_the_buyer_is_not_the_manufacturers(
    world: World, client: Client
) -> None:
    order = world.place()
    line = order.lines.exclude(unit_price=None)[0]
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
