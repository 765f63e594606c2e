"""The supply sheet: what fits, at one's own prices, and what one should know of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.customer.conftest import at, field, logged_in, statements
from tests.world import World
from tonerloop.common.days import add_working_days, local_day
from tonerloop.fleet.models import Equipment
from tonerloop.orders.actions import cancel
from tonerloop.orders.models import BasketLine, Order
from tonerloop.pricing.models import PriceAgreement
from tonerloop.web.shared.templatetags.formats import shortday

pytestmark = pytest.mark.django_db
MOST = 8 + 2  # the sheet, and its collection part


def shown(client: Client) -> str:
    return client.get(at("order")).content.decode()


def row(page: str, machine: object, item: object) -> str:
    """The part of the page about one item of one machine."""
    before, _name, _after = page.partition(f'id="{field(machine, item)}"')
    return before.rpartition("<li")[2]


def test_each_machine_shows_what_fits_it(world: World, shop: Client) -> None:
    page = shown(shop)
    for item in (world.black, world.other_black, world.cyan, world.drum):
        assert field(world.copier, item) in page
    assert field(world.printer, world.rival_toner) in page
    assert "3rd floor, copy room" in page and "Reception" in page


def test_nothing_that_does_not_fit_is_listed(world: World, shop: Client) -> None:
    page = shown(shop)
    assert world.misfit.part_number not in page
    assert field(world.copier, world.rival_toner) not in page
    assert field(world.printer, world.black) not in page


def test_machines_of_others_and_retired_ones_are_not_there(world: World, shop: Client) -> None:
    Equipment.objects.filter(pk=world.printer.pk).update(retired=True)
    page = shown(shop)
    assert "C-1002" not in page and "P-2001" not in page


def test_an_item_that_is_not_sold_any_more_is_not_there(world: World, shop: Client) -> None:
    type(world.cyan).objects.filter(pk=world.cyan.pk).update(active=False)
    assert world.cyan.part_number not in shown(shop)


def test_the_price_is_this_customers_own_with_its_breaks(world: World, shop: Client) -> None:
    black = row(shown(shop), world.copier, world.black)
    assert "8,000" in black and "from 10:" in black and "7,500" in black
    # neither the list's nor the group's, nor another customer's
    assert not [price for price in ("9,000", "8,500", "4,321") if price in black]


def test_where_nothing_is_agreed_the_price_is_on_request(world: World, shop: Client) -> None:
    assert "Price on request" in row(shown(shop), world.copier, world.drum)


def test_after_the_agreements_last_day_the_price_is_on_request(world: World, shop: Client) -> None:
    yesterday = local_day(timezone.now(), world.seller.time_zone) - timedelta(days=1)
    PriceAgreement.objects.filter(consumable=world.cyan).update(last_day=yesterday)
    cyan = row(shown(shop), world.copier, world.cyan)
    assert "Price on request" in cyan and "12,000" not in cyan


def test_the_expected_delivery_counts_working_days(world: World, shop: Client) -> None:
    type(world.cyan).objects.filter(pk=world.cyan.pk).update(lead_days=9)
    today = local_day(timezone.now(), world.seller.time_zone)
    page = shown(shop)
    for item, days in ((world.black, 2), (world.cyan, 9)):
        words = f"Expected {shortday(add_working_days(today, days))}"
        assert words in row(page, world.copier, item)


def test_what_was_ordered_says_when_and_how_many_come(world: World, shop: Client) -> None:
    order = world.place()
    earlier = timezone.now() - timedelta(days=40)
    Order.objects.filter(pk=order.pk).update(placed_at=earlier)
    page = shown(shop)
    black = row(page, world.copier, world.black)
    assert f"Last ordered {shortday(earlier)}" in black and "2 on the way" in black
    assert "Last ordered" not in row(page, world.copier, world.drum)


def test_a_cancelled_order_is_not_on_the_way(world: World, shop: Client) -> None:
    cancel(world.place().number, "duplicate", by=world.actor(world.buyer))
    black = row(shown(shop), world.copier, world.black)
    assert "on the way" not in black and "Last ordered" not in black


def test_orders_of_another_customer_are_not_on_the_way(world: World) -> None:
    world.place()
    assert "on the way" not in shown(logged_in(world.rival_buyer))


def test_a_buyer_of_one_site_sees_the_machines_there(world: World) -> None:
    page = shown(logged_in(world.branch_buyer))
    assert field(world.printer, world.rival_toner) in page
    assert "C-1001" not in page and "3rd floor" not in page


def test_typed_quantities_are_kept(world: World, shop: Client) -> None:
    name = field(world.copier, world.cyan)
    assert shop.post(at("order"), {name: "3"}).headers["Location"] == at("review")
    assert f'name="{name}" value="3"' in shown(shop)


def test_full_width_digits_are_digits(world: World, shop: Client) -> None:
    shop.post(at("order"), {field(world.copier, world.cyan): "１２"})
    assert BasketLine.objects.get().quantity == 12


def test_a_quantity_of_zero_takes_the_item_out(world: World, shop: Client) -> None:
    name = field(world.copier, world.cyan)
    shop.post(at("order"), {name: "3"})
    shop.post(at("order"), {name: "0"})
    assert not BasketLine.objects.exists()


def test_the_lower_part_speaks_of_used_cartridges(world: World, shop: Client) -> None:
    assert "Used cartridges" in shown(shop)


def test_without_machines_it_says_what_to_do(world: World) -> None:
    page = shown(logged_in(world.foreign_buyer))
    assert "No machines are registered" in page and at("other") in page


@pytest.mark.parametrize("machines", [2, 30])
def test_it_needs_few_statements_whatever_the_number_of_machines(
    world: World, shop: Client, machines: int
) -> None:
    Equipment.objects.bulk_create(
        Equipment(
            seller=world.seller,
            customer=world.office,
            site=(world.head, world.branch)[number % 2],
            model=world.copier.model,
            serial_number=f"M-{number}",
            location=f"Room {number}",
        )
        for number in range(machines - 2)
    )
    world.place()
    shop.get(at("order"))  # the first look makes the basket
    with CaptureQueriesContext(connection) as captured:
        page = shop.get(at("order"))
    assert page.content.decode().count('<section class="machine"') == machines
    assert len(statements(captured)) <= MOST, statements(captured)
