"""What waits for the desk, all its orders, and approving many at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.manufacturer.conftest import at, logged_in, now, requested, seen
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.actions import approve, cancel, confirm_price
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.django_db
MOST = 8


def text(client: Client, name: str = "requests", **query: str) -> str:
    answer = client.get(at(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def tick(*orders: Order) -> dict[str, list[str]]:
    """What the checked boxes send."""
    return {"number": [f"{order.number}:{order.version}" for order in orders]}


# --- the list


def test_an_order_comes_to_the_desk_when_its_price_is_confirmed(world: World, desk: Client) -> None:
    waiting, order = world.place(), requested(world)
    page = text(desk)
    assert grouped(order.number) in page and grouped(waiting.number) not in page
    assert "Mori Law" in page and "Kanda Supplies" in page


def test_the_oldest_request_is_first(world: World, desk: Client) -> None:
    newer, older = requested(world), requested(world)
    earlier = timezone.now() - timedelta(hours=3)
    Order.objects.filter(pk=older.pk).update(confirmed_at=earlier)
    page = text(desk)
    assert page.index(grouped(older.number)) < page.index(grouped(newer.number))


@pytest.mark.parametrize("name", ["requests", "orders"])
def test_it_shows_purchase_amounts_and_never_the_customers(
    asked: Order, desk: Client, name: str
) -> None:
    page = text(desk, name)
    assert "15,000" in page  # 3 × 5,000
    assert not [price for price in ("8,000", "12,000", "28,000", "30,800") if price in page]


def test_a_line_without_a_purchase_price_is_pointed_out(world: World, desk: Client) -> None:
    requested(world)
    assert "No purchase price" not in text(desk)
    order = world.place({(world.copier.pk, world.cyan.pk): 1})
    order.lines.update(purchase_price=None)
    confirm_price(order.number, by=world.actor(world.sales))
    assert "No purchase price" in text(desk)


@pytest.mark.parametrize("name", ["requests", "orders"])
def test_the_rival_desk_sees_nothing(world: World, asked: Order, name: str) -> None:
    page = text(logged_in(world.rival_desk), name)
    assert grouped(asked.number) not in page and "Mori Law" not in page


def test_a_list_is_no_receipt(asked: Order, desk: Client) -> None:
    text(desk)
    assert ApprovalRequest.objects.get().fetched_at is None


@pytest.mark.parametrize("name", ["requests", "orders"])
def test_it_needs_as_many_statements_for_twenty_as_for_two(
    world: World, desk: Client, name: str
) -> None:
    counts = []
    for more in (2, 18):
        for _turn in range(more):
            requested(world)
        with CaptureQueriesContext(connection) as captured:
            text(desk, name)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST, captured.captured_queries


def test_an_open_page_gets_the_table_alone(world: World, asked: Order, desk: Client) -> None:
    part = desk.get(at("requests"), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert f'data-live="manufacturer:{world.maker.pk}"' in part


def test_nothing_waits(desk: Client) -> None:
    assert "No request waits" in text(desk)


# --- finding


@pytest.mark.parametrize("typed", ["{number}", "{grouped}", "C-1", "kanda", "mori", "npg-67-c"])
def test_orders_are_found(approved: Order, desk: Client, typed: str) -> None:
    query = typed.format(number=approved.number, grouped=grouped(approved.number))
    assert grouped(approved.number) in text(desk, "orders", q=query)
    assert grouped(approved.number) not in text(desk, "orders", q="nothing like it")


def test_the_buyers_own_reference_finds_nothing(asked: Order, desk: Client) -> None:
    Order.objects.filter(pk=asked.pk).update(reference="PO-SECRET")
    assert grouped(asked.number) not in text(desk, "orders", q="PO-SECRET")


@pytest.mark.parametrize("typed", ["\x00", "%", "x" * 5000, "'; --", "１２３"])
def test_strange_searches_are_answered(asked: Order, desk: Client, typed: str) -> None:
    text(desk, "orders", q=typed, status=typed, page=typed)
    text(desk, "requests", page=typed)


# --- many at once


def test_each_is_approved_for_the_day_it_is_wanted_by(world: World, desk: Client) -> None:
    orders = [requested(world) for _turn in range(3)]
    answer = desk.post(at("approve_many"), tick(*orders[:2]), follow=True)
    assert "2 orders approved." in answer.content.decode()
    assert [now(order).status for order in orders] == ["approved", "approved", "price_confirmed"]
    assert now(orders[0]).promised_date == orders[0].expected_date


def test_one_that_moved_on_is_told_and_the_others_go_through(world: World, desk: Client) -> None:
    gone, kept = requested(world), requested(world)
    cancel(gone.number, "duplicate", by=world.actor(world.buyer))
    page = desk.post(at("approve_many"), tick(gone, kept), follow=True).content.decode()
    assert f"{grouped(gone.number)}: This has changed" in page and "Cancelled" in page
    assert "1 order approved." in page
    assert (now(gone).status, now(kept).status) == (Status.CANCELLED, Status.APPROVED)


@pytest.mark.parametrize("version", ["", ":", ":0", ":99", ":x", ":²", f":{'9' * 30}", ":\x00"])
def test_a_stale_one_is_told(asked: Order, desk: Client, version: str) -> None:
    given = {"number": asked.number + version}
    page = desk.post(at("approve_many"), given, follow=True).content.decode()
    assert "has changed since you opened the page" in page
    assert now(asked).status == Status.PRICE_CONFIRMED


def test_approved_by_a_colleague_meanwhile_it_is_told(
    world: World, asked: Order, desk: Client
) -> None:
    old = tick(asked)
    approve(asked.number, asked.expected_date, "C-1", by=world.actor(world.desk))
    page = desk.post(at("approve_many"), old, follow=True).content.decode()
    assert "Approved" in page
    assert now(asked).manufacturer_reference == "C-1"


def test_one_whose_day_has_passed_is_told(asked: Order, desk: Client) -> None:
    Order.objects.filter(pk=asked.pk).update(expected_date="2020-01-06")
    page = desk.post(at("approve_many"), tick(asked), follow=True).content.decode()
    assert f"{grouped(asked.number)}: This day has passed." in page
    assert now(asked).status == Status.PRICE_CONFIRMED


def test_nothing_checked_is_told(asked: Order, desk: Client) -> None:
    page = desk.post(at("approve_many"), follow=True).content.decode()
    assert "Check the requests that you approve first." in page


@pytest.mark.parametrize("number", ["", "x", "0000000000:1", "\x00:1", "9" * 5000])
def test_a_number_that_is_nobodys_is_not_found(asked: Order, desk: Client, number: str) -> None:
    assert desk.post(at("approve_many"), {"number": number}).status_code == 404
    assert now(asked).status == Status.PRICE_CONFIRMED


def test_the_rival_desk_approves_nothing(world: World, asked: Order) -> None:
    rival = logged_in(world.rival_desk)
    assert rival.post(at("approve_many"), tick(asked)).status_code == 404
    assert rival.post(at("approve", asked), seen(asked)).status_code == 404
    assert now(asked).status == Status.PRICE_CONFIRMED
