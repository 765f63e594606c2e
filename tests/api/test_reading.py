"""Reading approval requests: the list, its pages, one request; what is shown and what not."""

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import ROOT, Program, now, problem, requested
from tests.world import World
from tonerloop.collection import states as collection
from tonerloop.orders import states
from tonerloop.orders.actions import cancel
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.parties.models import Seller

pytestmark = pytest.mark.django_db
LIST = "/approval-requests"


def numbers(program: Program, **query: str) -> list[str]:
    answer = program.get(LIST, **query)
    assert answer.status_code == 200, answer.content
    return [item["number"] for item in answer.json()["items"]]


def test_open_requests_are_listed_oldest_first(world: World, program: Program) -> None:
    world.place()  # not confirmed, so unknown to the manufacturer
    orders = [requested(world) for _turn in range(3)]
    assert numbers(program) == [order.number for order in orders]


def test_a_request_says_what_to_deliver_where_until_when(
    world: World, asked: Order, program: Program
) -> None:
    item = program.get(LIST).json()["items"][0]
    assert (item["number"], item["version"]) == (asked.number, asked.version)
    assert (item["status"], item["outcome"]) == ("price_confirmed", "")
    assert (item["seller"], item["wanted_by"]) == (
        "Kanda Supplies",
        asked.expected_date.isoformat(),
    )
    assert item["ship_to"] == {
        "customer": "Mori Law",
        "name": "Head office",
        "address": "Head office street 1",
    }
    first, second = item["lines"]
    assert (first["part_number"], first["quantity"]) == ("NPG-67-BK", 2)
    assert first["purchase_price"] == {"amount": "5000", "currency": "JPY"}
    assert (second["part_number"], second["quantity"]) == ("NPG-67-C", 1)


def test_the_customers_price_is_not_told(asked: Order, program: Program) -> None:
    Order.objects.update(reference="PO-SECRET")
    for path in (LIST, f"{LIST}/{asked.number}"):
        text = program.get(path).content.decode()
        assert '"customer_price": null' in text
        assert not [each for each in ('"8000"', '"12000"', "PO-SECRET") if each in text]


def test_the_customers_price_is_told_where_the_seller_says_so(
    asked: Order, program: Program
) -> None:
    Seller.objects.filter(pk=asked.seller_id).update(shows_customer_price=True)
    line = program.get(f"{LIST}/{asked.number}").json()["lines"][0]
    assert line["customer_price"] == {"amount": "8000", "currency": "JPY"}


@pytest.mark.parametrize("path", [LIST, LIST + "/{number}"])
def test_reading_a_request_is_its_receipt(asked: Order, program: Program, path: str) -> None:
    program.get(path.format(number=asked.number))
    assert ApprovalRequest.objects.get().fetched_at is not None


def test_what_is_on_the_next_page_is_not_seen_yet(world: World, program: Program) -> None:
    first, second = requested(world), requested(world)
    program.get(LIST, limit="1")
    found = {row.order_id: row.fetched_at for row in ApprovalRequest.objects.all()}
    assert found[first.pk] is not None and found[second.pk] is None


def test_by_state_of_the_request(world: World, approved: Order, program: Program) -> None:
    waiting = requested(world)
    assert numbers(program, state="closed") == [approved.number]
    assert numbers(program, state="open") == [waiting.number]
    assert numbers(program, state="all") == [approved.number, waiting.number]


def test_by_status_of_the_order(world: World, approved: Order, program: Program) -> None:
    requested(world)
    assert numbers(program, state="all", status="approved") == [approved.number]


def test_a_withdrawn_request_says_so(world: World, asked: Order, program: Program) -> None:
    cancel(asked.number, "duplicate", by=world.actor(world.buyer))
    found = program.get(f"{LIST}/{asked.number}").json()
    assert (found["status"], found["outcome"]) == ("cancelled", "withdrawn")
    assert numbers(program) == []


def test_page_by_page_each_comes_once(world: World, program: Program) -> None:
    orders = [requested(world).number for _turn in range(5)]
    found, after = [], ""
    for _page in range(3):
        page = program.get(LIST, limit="2", after=after).json()
        found += [item["number"] for item in page["items"]]
        after = page["next"]
    assert (found, after) == (orders, "")


def test_a_full_last_page_has_no_next(world: World, program: Program) -> None:
    requested(world), requested(world)
    assert program.get(LIST, limit="2").json()["next"] == ""


def test_what_comes_meanwhile_is_on_a_later_page(world: World, program: Program) -> None:
    requested(world), requested(world)
    after = program.get(LIST, limit="1").json()["next"]
    late = requested(world)
    assert numbers(program, after=after)[-1] == late.number


def test_the_rivals_mark_opens_nothing_of_ours(
    world: World, program: Program, rival: Program
) -> None:
    requested(world), requested(world)
    after = program.get(LIST, limit="1").json()["next"]
    assert numbers(rival, after=after, state="all") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("after", value) for value in ("x", "1", "1:x:y", "\x00", "ä", "x" * 5000)],
        *[("limit", value) for value in ("0", "101", "-1", "x", "", "1.5", "9" * 50, "\x00")],
        *[("state", value) for value in ("", "Open", "x", "\x00")],
        *[("status", value) for value in ("", "x", "\x00")],
    ],
)
def test_a_parameter_that_cannot_be_is_a_problem(program: Program, name: str, value: str) -> None:
    problem(program.get(LIST, **{name: value}), 422)


def test_the_list_needs_as_many_statements_for_twenty_as_for_two(
    world: World, program: Program
) -> None:
    counts = []
    for more in (2, 18):
        for _turn in range(more):
            requested(world)
        program.get(LIST)  # the first look is the receipt
        with CaptureQueriesContext(connection) as captured:
            program.get(LIST)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6, captured.captured_queries


def test_an_order_in_dollars_has_cents(world: World, asked: Order, program: Program) -> None:
    asked.lines.update(purchase_price="61.5", purchase_currency="USD")
    price = program.get(f"{LIST}/{asked.number}").json()["lines"][0]["purchase_price"]
    assert price == {"amount": "61.50", "currency": "USD"}


def test_a_rejected_line_is_not_asked_for(asked: Order, program: Program) -> None:
    asked.lines.filter(position=2).update(state="rejected")
    lines = program.get(f"{LIST}/{asked.number}").json()["lines"]
    assert [line["position"] for line in lines] == [1]


def test_the_contract_is_served(program: Program) -> None:
    answer = Client().get(f"{ROOT}/openapi.json")
    contract = json.loads(answer.content)
    assert answer.status_code == 200 and contract["openapi"].startswith("3.")
    assert {
        "/api/v1/approval-requests",
        "/api/v1/approval-requests/{number}/answer",
        "/api/v1/orders",
        "/api/v1/customers",
        "/api/v1/consumables",
        "/api/v1/collections",
        "/api/v1/receipts",
        "/api/v1/points",
    } <= set(contract["paths"])
    assert {"RequestOut", "Page", "Problem"} <= set(contract["components"]["schemas"])


def test_the_contract_names_body_answers_and_problems_of_each_operation() -> None:
    contract = json.loads(Client().get(f"{ROOT}/openapi.json").content)
    names = set(contract["components"]["schemas"])
    for path, verbs in contract["paths"].items():
        for verb, operation in verbs.items():
            given = set(map(str, operation["responses"]))
            assert {"401", "403", "404", "422", "429"} <= given and given & {"200", "201"}, path
            assert operation["security"] and operation["description"], path
            assert operation["x-roles"] and operation["x-scope"], path
            named = {one["name"] for one in operation["parameters"]}
            assert ("Idempotency-Key" in named) == ("201" in given), path
            assert ("If-Match" in named) == (verb != "get" and "201" not in given), path
            if "requestBody" in operation:
                body = operation["requestBody"]["content"]["application/json"]["schema"]
                assert "$ref" in body or (body["type"] == "object" and body["properties"]), path
    text = json.dumps(contract)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in names, reference
    assert "$defs" not in [part.split("/")[1] for part in text.split('"#/')[1:]]


def test_reading_changes_nothing_else(asked: Order, program: Program) -> None:
    program.get(LIST)
    program.get(f"{LIST}/{asked.number}")
    assert now(asked).version == asked.version


def test_what_the_contract_refers_to_is_in_it() -> None:
    text = Client().get(f"{ROOT}/openapi.json").content.decode()
    names = set(json.loads(text)["components"]["schemas"])
    referred = set(re.findall(r'"\$ref": "#/([^"]+)"', text))
    assert referred and referred <= {f"components/schemas/{name}" for name in names}


@pytest.mark.parametrize(
    ("path", "of"),
    [
        ("orders", states.Status),
        ("approval-requests", states.Status),
        ("collections", collection.Status),
    ],
)
def test_the_contract_names_the_states_that_a_list_is_narrowed_by(path: str, of: Any) -> None:
    contract = json.loads(Client().get(f"{ROOT}/openapi.json").content)
    named = contract["paths"][f"/api/v1/{path}"]["get"]["parameters"]
    asked = next(one["schema"]["anyOf"] for one in named if one["name"] == "status")
    assert set(asked[0]["enum"]) == set(of.values)
