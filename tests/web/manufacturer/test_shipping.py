"""What left, and that it arrived."""

import pytest
from django.test import Client
from django.utils.html import escape

from tests.web.manufacturer.conftest import at, now, seen
from tonerloop.orders.models import Order, Shipment
from tonerloop.orders.states import Status

pytestmark = pytest.mark.django_db
LONG = "x" * 10_000


def ship(desk: Client, order: Order, **typed: str) -> object:
    given = {name.replace("_of_", "-"): value for name, value in typed.items()}
    return desk.post(at("ship", order), seen(now(order), **given))


def counts(order: Order, name: str) -> list[int]:
    return [getattr(line, f"{name}_quantity") for line in order.lines.all()]


def test_everything_left_is_offered(approved: Order, desk: Client) -> None:
    page = desk.get(at("order", approved)).content.decode()
    assert 'name="quantity-1" value="2"' in page and 'name="quantity-2" value="1"' in page


def test_shipped_in_one(approved: Order, desk: Client) -> None:
    ship(
        desk,
        approved,
        quantity_of_1="2",
        quantity_of_2="1",
        carrier="Yamato",
        tracking_number="Y-1",
    )
    assert (now(approved).status, counts(approved, "shipped")) == (Status.SHIPPED, [2, 1])
    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.tracking_number) == ("Yamato", "Y-1")


def test_shipped_in_parts(approved: Order, desk: Client) -> None:
    ship(desk, approved, quantity_of_1="1")
    assert (now(approved).status, counts(approved, "shipped")) == (Status.PARTLY_SHIPPED, [1, 0])
    page = desk.get(at("order", approved)).content.decode()
    assert 'name="quantity-1" value="1"' in page
    ship(desk, approved, quantity_of_1="１", quantity_of_2="1")
    assert (now(approved).status, counts(approved, "shipped")) == (Status.SHIPPED, [2, 1])
    assert Shipment.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("quantity-1", "3", "Type a number from 0 to 2"),
        ("quantity-1", "999999", "Type a number from 0 to 2"),
        ("quantity-1", "-1", "Type a whole number."),
        ("quantity-1", "1.5", "Type a whole number."),
        ("quantity-1", "all", "Type a whole number."),
        ("quantity-1", LONG, "at most 6 characters"),
        ("quantity-1", "1\x00", "Null characters are not allowed."),
        ("carrier", LONG, "at most 60 characters"),
        ("carrier", "bell \x07", "cannot be printed"),
        ("tracking_number", "nul \x00", "Null characters are not allowed."),
    ],
)
def test_a_shipment_that_cannot_be_is_told_beside_the_field(
    approved: Order, desk: Client, name: str, typed: str, said: str
) -> None:
    right = {"quantity-1": "1", "quantity-2": "1", "carrier": "Yamato", "tracking_number": "Y-1"}
    answer = desk.post(at("ship", approved), seen(approved, **(right | {name: typed})))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page.partition(f'id="id_{name}-error"')[2][:200]
    assert escape(typed) in page
    for other, value in right.items():
        assert other == name or f'name="{other}" value="{value}"' in page
    assert not Shipment.objects.exists()
    assert now(approved).version == approved.version


@pytest.mark.parametrize("typed", ["", "0", " "])
def test_nothing_is_no_shipment(approved: Order, desk: Client, typed: str) -> None:
    given = {"quantity-1": typed, "quantity-2": typed, "carrier": "Yamato"}
    answer = desk.post(at("ship", approved), seen(approved, **given))
    assert answer.status_code == 422
    assert "Type how many pieces left." in answer.content.decode()
    assert 'value="Yamato"' in answer.content.decode()
    assert not Shipment.objects.exists()


def test_the_same_page_sent_twice_is_one_shipment(approved: Order, desk: Client) -> None:
    given = seen(approved, **{"quantity-1": "1"})
    assert desk.post(at("ship", approved), given).status_code == 302
    assert desk.post(at("ship", approved), given).status_code == 409
    assert Shipment.objects.count() == 1


def test_what_is_not_approved_is_not_shipped(asked: Order, desk: Client) -> None:
    assert 'name="quantity-1"' not in desk.get(at("order", asked)).content.decode()
    assert desk.post(at("ship", asked), seen(asked, **{"quantity-1": "1"})).status_code == 409
    assert not Shipment.objects.exists()


def test_delivered(approved: Order, desk: Client) -> None:
    ship(desk, approved, quantity_of_1="2", quantity_of_2="1")
    assert "Report the delivery" in desk.get(at("order", approved)).content.decode()
    desk.post(at("deliver", approved), seen(now(approved)))
    assert (now(approved).status, counts(approved, "delivered")) == (Status.DELIVERED, [2, 1])


def test_what_was_not_shipped_has_not_arrived(approved: Order, desk: Client) -> None:
    assert "Report the delivery" not in desk.get(at("order", approved)).content.decode()
    assert desk.post(at("deliver", approved), seen(approved)).status_code == 409
    assert now(approved).status == Status.APPROVED
