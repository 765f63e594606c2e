"""Customers, sites, machines, prices, the catalogue: kept by programs as by the screens."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.api.conftest import Program, problem
from tests.world import World
from tonerloop.catalogue.models import Consumable
from tonerloop.journal.models import Entry
from tonerloop.parties.models import Customer, Site

pytestmark = pytest.mark.django_db


def test_a_customer_with_site_and_machine_is_taken_up(world: World, office: Program) -> None:
    facts = {"number": "K-9", "name": "Ueno Dental", "salesperson_id": world.sales.pk}
    made = office.send("POST", "/customers", facts)
    assert made.status_code == 201
    customer = made.json()
    assert made.headers["Location"] == f"/api/v1/customers/{customer['id']}"
    assert office.get(f"/customers/{customer['id']}").json() == customer
    place = {"name": "Practice", "address": "1 Ueno"}
    site = office.send("POST", f"/customers/{customer['id']}/sites", place).json()
    machine = {"model_id": world.copier.model_id, "site_id": site["id"], "location": "Desk"}
    path = f"/customers/{customer['id']}/machines"
    found = office.send("POST", path, {**machine, "serial_number": "S-9"}).json()
    assert (found["model"]["name"], found["site"]["name"]) == ("iR-ADV C3530", "Practice")
    assert [one["id"] for one in office.get(path).json()["items"]] == [found["id"]]
    entry = Entry.objects.filter(event="record.changed").latest("pk")
    assert entry.key and entry.person_id == world.back_office.pk


def test_a_change_leaves_what_is_not_given(world: World, office: Program) -> None:
    path = f"/customers/{world.office.pk}"
    before = office.get(path)
    answer = office.send("PATCH", path, {"phone": "03"}, If_Match=before.headers["ETag"])
    assert answer.json() == {**before.json(), "phone": "03"}
    assert answer.headers["ETag"] != before.headers["ETag"]
    problem(office.send("PATCH", path, {"phone": "04"}, If_Match=before.headers["ETag"]), 412)
    assert Customer.objects.get(pk=world.office.pk).phone == "03"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "K-2"}, "number"),
        ({"salesperson_id": 999_999_999}, "salesperson"),
        ({"order_email": "nobody"}, "order_email"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"nickname": "x"}, "nickname"),
    ],
    ids=str,
)
def test_what_does_not_hold_names_its_field(
    world: World, office: Program, body: dict[str, Any], field: str
) -> None:
    found = problem(office.send("PATCH", f"/customers/{world.office.pk}", body), 422)
    assert [each["field"] for each in found["errors"]] == [field]


def test_a_site_closes_only_where_no_machine_stands(world: World, office: Program) -> None:
    path = f"/sites/{world.branch.pk}"
    assert "machine" in problem(office.send("POST", f"{path}/close"), 422)["detail"]
    assert office.send("POST", f"/machines/{world.printer.pk}/retire").json()["retired"] is True
    assert office.send("POST", f"{path}/close").json()["closed"] is True
    assert office.send("POST", f"{path}/reopen").json()["closed"] is False
    assert office.send("PATCH", path, {"name": "Annex"}).json()["name"] == "Annex"
    assert Site.objects.get(pk=world.branch.pk).name == "Annex"


def test_a_price_is_agreed_and_ended(world: World, office: Program) -> None:
    today = timezone.now().date() + timedelta(days=1)
    steps = [{"from_quantity": 5, "unit_price": {"amount": "90", "currency": "JPY"}}]
    given = {
        "consumable_id": world.drum.pk,
        "customer_id": world.office.pk,
        "unit_price": {"amount": "100", "currency": "JPY"},
        "breaks": steps,
        "first_day": today.isoformat(),
    }
    made = office.send("POST", "/agreements", given).json()
    assert made["breaks"] == steps
    path = f"/agreements/{made['id']}/end"
    last = (today + timedelta(days=9)).isoformat()
    assert office.send("POST", path, {"last_day": last}).json()["last_day"] == last
    listed = office.get("/agreements", consumable_id=str(world.drum.pk)).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    mixed = {**given, "breaks": [{**steps[0], "unit_price": {"amount": "9", "currency": "EUR"}}]}
    problem(office.send("POST", "/agreements", mixed), 422)


# --- the catalogue


def test_a_manufacturers_program_keeps_its_catalogue(world: World, program: Program) -> None:
    model = program.send("POST", "/models", {"name": "C9"}).json()
    given = {"part_number": "C9-K", "kind": "toner", "colour": "black", "fits": [model["id"]]}
    made = program.send("POST", "/consumables", given)
    item = made.json()
    assert item["fits"] == [model["id"]] and item["active"] is True
    path, tag = f"/consumables/{item['id']}", made.headers["ETag"]
    changed = program.send("PATCH", path, {"page_yield": 9000}, If_Match=tag)
    assert changed.json() == {**item, "page_yield": 9000}
    problem(program.send("PATCH", path, {"active": False}, If_Match=tag), 412)
    again = program.send("POST", "/consumables", given)
    assert problem(again, 422)["errors"][0]["field"] == "part_number"
    entry = Entry.objects.filter(event="record.changed").latest("pk")
    assert (entry.manufacturer_id, entry.audience) == (world.maker.pk, ["manufacturer"])


def test_another_makers_item_can_be_read_but_not_changed(
    world: World, program: Program, rival: Program
) -> None:
    path = f"/consumables/{world.black.pk}"
    assert rival.get(path).json()["part_number"] == "NPG-67-BK"
    problem(rival.send("PATCH", path, {"name": "Mine"}), 404)
    problem(rival.send("PATCH", f"/models/{world.copier.model_id}", {"name": "Mine"}), 404)
    assert Consumable.objects.get(pk=world.black.pk).name == ""


def test_a_gtin_belongs_to_one_item(world: World, program: Program, rival: Program) -> None:
    gtin = {"gtin": "4960999000000"}
    program.send("PATCH", f"/consumables/{world.black.pk}", gtin)
    answer = rival.send("PATCH", f"/consumables/{world.rival_toner.pk}", gtin)
    assert problem(answer, 422)["errors"][0]["field"] == "gtin"


def test_items_are_found_by_number_and_machine(world: World, buyer: Program) -> None:
    found = buyer.get("/consumables", part_number="npg-67-bk").json()["items"]
    assert [one["id"] for one in found] == [world.black.pk]
    found = buyer.get("/consumables", fits_model_id=str(world.printer.model_id)).json()["items"]
    assert [one["part_number"] for one in found] == ["TK-3160"]
    assert [one["name"] for one in buyer.get("/models", q="ecosys").json()["items"]] == [
        "ECOSYS P3155"
    ]
