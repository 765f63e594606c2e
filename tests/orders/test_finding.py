"""Finding an order: by whole and part, nobody else's, and by an index each time."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from tests.world import World
from tonerloop.orders import finding
from tonerloop.orders.finding import found_by, newest
from tonerloop.orders.models import Order


@pytest.fixture
def order(world: World) -> Order:
    """An order with a reference, among others."""
    world.place()
    order = world.place()
    Order.objects.filter(pk=order.pk).update(reference="PO-2026/0017 三階")
    order.refresh_from_db()
    return order


def found(text: str, orders: Any = None) -> set[int]:
    return {one.pk for one in found_by(Order.objects.all() if orders is None else orders, text)}


@pytest.mark.parametrize("typed", ["0017", "po-2026", "2026 po", "三階", "PO-2026/0017 三階", "PO"])
def test_a_reference_is_found_by_the_beginnings_of_its_words(order: Order, typed: str) -> None:
    assert found(typed) == {order.pk}


@pytest.mark.parametrize("typed", ["o-2026", "17 18", "%", "_", "'", "\\", ":*", "&", "po & !0017"])
def test_what_is_no_beginning_finds_nothing(order: Order, typed: str) -> None:
    expected = {order.pk} if typed == "po & !0017" else set()  # signs are not a language
    assert found(typed) == expected


def test_a_number_is_found_whole_by_its_beginning_and_by_its_end(order: Order) -> None:
    number = order.number
    spaced = f"{number[:3]} {number[3:6]}-{number[6:]}"
    for typed in (number, spaced, number[:8], number[-7:]):
        assert found(typed) == {order.pk}


def test_only_among_the_given_orders(order: Order, world: World) -> None:
    rivals = Order.objects.visible_to(world.actor(world.rival_sales))
    for typed in (order.number, "0017", order.customer.name):
        assert order.pk in found(typed)
        assert found(typed, rivals) == set()


def test_the_newest_of_too_many(order: Order, world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(finding, "NEWEST", 2)
    last = world.place()
    everything = Order.objects.all()
    assert {one.pk for one in newest(everything)} == {order.pk, last.pk}
    assert found(order.customer.name) == {order.pk, last.pk}
    oldest = everything.order_by("placed_at")[0].pk
    assert {one.pk for one in newest(everything, "placed_at")} == {oldest, order.pk}


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("1234567", "order_number_end"),
        ("1234567", "orders_order_number"),
        ("po-2026", "order_reference"),
    ],
)
def test_each_way_has_its_index(order: Order, typed: str, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        assert index in _plan(found_by(Order.objects.all(), typed))


def _plan(orders: "QuerySet[Order]") -> str:
    return orders.explain()
