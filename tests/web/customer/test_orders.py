"""Finding one's orders: by number, own reference, part number, status."""

import pytest
from django.test import Client

from tests.web.customer.conftest import at, logged_in
from tests.world import World
from tonerloop.common.references import check_digit, grouped
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Order

pytestmark = pytest.mark.django_db
SLIP = "This number has a slip in it"


def listed(client: Client, **query: str) -> str:
    answer = client.get(at("orders"), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def two(world: World) -> tuple[Order, Order]:
    """An order of toner with a reference, and one of a drum."""
    first = world.place()
    Order.objects.filter(pk=first.pk).update(reference="PO-4711")
    return first, world.place({(world.copier.pk, world.drum.pk): 1})


def test_all_are_there_newest_first(two: tuple[Order, Order], shop: Client) -> None:
    page = listed(shop)
    assert page.index(grouped(two[1].number)) < page.index(grouped(two[0].number))


@pytest.mark.parametrize("form", ["{0}", "{1}", "{2}", " {1} "])
def test_found_by_number_however_it_is_typed(
    two: tuple[Order, Order], shop: Client, form: str
) -> None:
    number = two[0].number
    typed = form.format(number, grouped(number), grouped(number).replace("-", " "))
    page = listed(shop, q=typed)
    assert grouped(number) in page and grouped(two[1].number) not in page


@pytest.mark.parametrize("typed", ["po-4711", "O-4711", "npg-67-bk", "NPG-67-C"])
def test_found_by_reference_and_part_number(
    two: tuple[Order, Order], shop: Client, typed: str
) -> None:
    page = listed(shop, q=typed)
    assert grouped(two[0].number) in page and grouped(two[1].number) not in page


def test_found_by_status(world: World, two: tuple[Order, Order], shop: Client) -> None:
    confirm_price(two[0].number, by=world.actor(world.sales))
    page = listed(shop, status="price_confirmed")
    assert grouped(two[0].number) in page and grouped(two[1].number) not in page


@pytest.mark.parametrize("form", ["{0}", "{1}", "{2}"])
def test_a_mistyped_digit_is_told_from_an_unknown_number(
    two: tuple[Order, Order], shop: Client, form: str
) -> None:
    number = two[0].number
    slip = number[:4] + str((int(number[4]) + 1) % 10) + number[5:]
    typed = form.format(slip, grouped(slip), grouped(slip).replace("-", " "))
    assert SLIP in listed(shop, q=typed)


def test_two_digits_swapped_are_told_too(two: tuple[Order, Order], shop: Client) -> None:
    number = two[0].number
    place = next(i for i in range(9) if number[i] != number[i + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert SLIP in listed(shop, q=swapped)


def test_a_right_number_that_nobody_has_is_no_slip(shop: Client) -> None:
    unknown = "999999999" + check_digit("999999999")
    page = listed(shop, q=unknown)
    assert SLIP not in page and "No orders match" in page


def test_nothing_ordered_yet_leads_to_the_sheet(world: World) -> None:
    page = listed(logged_in(world.rival_buyer))
    assert "You have not ordered yet" in page and at("order") in page


@pytest.mark.parametrize("typed", ["\x00", "%", "_", "x" * 5000, "'; --", "１２３", "\u202e"])
def test_strange_searches_are_answered(two: tuple[Order, Order], shop: Client, typed: str) -> None:
    listed(shop, q=typed, status=typed, page=typed)


@pytest.mark.parametrize("who", ["branch_buyer", "rival_buyer", "foreign_buyer"])
def test_nobody_finds_anothers(world: World, two: tuple[Order, Order], who: str) -> None:
    client = logged_in(getattr(world, who))
    for typed in ("", two[0].number, "PO-4711", "NPG"):
        page = listed(client, q=typed)
        assert not [one for one in two if at("one", one) in page]


def test_a_buyer_of_one_site_finds_the_orders_there(world: World) -> None:
    order = world.place({(world.printer.pk, world.rival_toner.pk): 1})
    client = logged_in(world.branch_buyer)
    assert grouped(order.number) in listed(client)
    assert client.get(at("one", order)).status_code == 200
