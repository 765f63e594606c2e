"""Shipments and deliveries as programs report them."""

import pytest

from tests.api.conftest import Program, kept, now, problem
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order, Shipment
from tonerloop.orders.states import Status

pytestmark = pytest.mark.django_db


def test_shipped_in_one(approved: Order, program: Program) -> None:
    named = {"carrier": "Yamato", "tracking_number": "Y-1"}
    found = program.ship(approved, "DN-1", (1, 2), (2, 1), **named).json()
    assert found["status"] == "shipped"
    assert [line["shipped_quantity"] for line in found["lines"]] == [2, 1]
    shipment = Shipment.objects.get()
    assert (shipment.reference, shipment.carrier) == ("DN-1", "Yamato")
    assert (kept().outcome, kept().order_number) == ("applied", approved.number)


def test_shipped_in_parts(approved: Order, program: Program) -> None:
    assert program.ship(approved, "DN-1", (1, 1)).json()["status"] == "partly_shipped"
    assert program.ship(approved, "DN-2", (1, 1), (2, 1)).json()["status"] == "shipped"
    assert Shipment.objects.count() == 2


def test_the_same_delivery_note_twice_is_one_shipment(approved: Order, program: Program) -> None:
    first = program.ship(approved, "DN-1", (1, 1))
    second = program.ship(approved, " DN-1 ", (1, 1))
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert Shipment.objects.count() == 1
    assert Entry.objects.filter(event="order.shipped").count() == 1


def test_the_same_delivery_note_with_other_pieces_is_refused(
    approved: Order, program: Program
) -> None:
    program.ship(approved, "DN-1", (1, 1))
    found = problem(program.ship(approved, "DN-1", (1, 1), (2, 1)), 422)
    assert [error["field"] for error in found["errors"]] == ["reference"]
    assert Shipment.objects.count() == 1


@pytest.mark.parametrize(("position", "count"), [(1, 3), (2, 2), (3, 1), (10_000, 1), (1, 500)])
def test_more_than_approved_is_refused(
    approved: Order, program: Program, position: int, count: int
) -> None:
    found = problem(program.ship(approved, "DN-1", (position, count)), 422)
    assert [error["field"] for error in found["errors"]] == [f"quantity-{position}"]
    assert not Shipment.objects.exists()
    assert kept().outcome == "refused"


def test_what_is_not_approved_is_not_shipped(asked: Order, program: Program) -> None:
    found = problem(program.ship(asked, "DN-1", (1, 1)), 409)
    assert found["order_status"] == "price_confirmed"
    assert not Shipment.objects.exists()


def test_delivered(approved: Order, program: Program) -> None:
    program.ship(approved, "DN-1", (1, 2), (2, 1))
    address = f"/orders/{approved.number}/delivery"
    assert program.post(address).json()["status"] == "delivered"
    assert [line.delivered_quantity for line in approved.lines.all()] == [2, 1]


def test_delivered_twice_is_delivered_once(approved: Order, program: Program) -> None:
    program.ship(approved, "DN-1", (1, 2), (2, 1))
    address = f"/orders/{approved.number}/delivery"
    assert program.post(address).content == program.post(address).content
    assert Entry.objects.filter(event="order.delivered").count() == 1


def test_a_part_that_arrived_leaves_the_rest_to_come(approved: Order, program: Program) -> None:
    program.ship(approved, "DN-1", (1, 1))
    found = program.post(f"/orders/{approved.number}/delivery").json()
    assert found["status"] == "partly_shipped"


def test_what_was_not_shipped_has_not_arrived(approved: Order, program: Program) -> None:
    found = problem(program.post(f"/orders/{approved.number}/delivery"), 409)
    assert found["order_status"] == "approved"
    assert now(approved).status == Status.APPROVED
