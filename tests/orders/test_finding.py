"""Finding an order: by whole and part, nobody else's, and by an index each time."""

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Value

from tests.world import World
from tonerloop.common.wall import behind, wall_of
from tonerloop.orders import finding
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.finding import found_at_desk, found_by, newest
from tonerloop.orders.models import Order

BY_WORDS = "tonerloop_orders_by_words(tsquery,bigint,integer)"


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
    monkeypatch.setattr(finding, "FOUND", 2)
    last = world.place()
    everything = Order.objects.all()
    assert {one.pk for one in newest(everything)} == {order.pk, last.pk}
    assert found(order.customer.name) == {order.pk, last.pk}
    oldest = everything.order_by("placed_at")[0].pk
    assert {one.pk for one in newest(everything, "placed_at")} == {oldest, order.pk}


def test_the_beginning_of_a_number_has_an_index(order: Order) -> None:
    """Below row-level security only what tells nothing of hidden rows may use an index.

    Without an order, which another index could give on a table of two rows: what is picked among
    many rows is shown in `tests/plans`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Order.objects.filter(finding.Begins(F("number"), Value("1234567"))).explain()
    assert "orders_order_number" in plan


def test_words_of_a_reference_have_an_index(order: Order) -> None:
    """The function's own statement, as its owner runs it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regprocedure)", [BY_WORDS])
        text = cursor.fetchone()[0]
        cursor.execute("SELECT pg_get_indexdef('order_reference'::regclass)")
        index = cursor.fetchone()[0]
    assert "SECURITY DEFINER" in text
    words = r"to_tsvector\('simple'::regconfig,\s*regexp_replace\(\(?reference"
    assert re.search(words, text) and re.search(words, index), (text, index)
    assert "'[^[:alnum:]]+'" in text and "'[^[:alnum:]]+'" in index


def test_words_are_looked_for_in_own_orders_alone(order: Order, world: World) -> None:
    own, rival = (world.actor(who) for who in (world.back_office, world.rival_back_office))
    with behind(wall_of(own)):
        mine = found_by(Order.objects.all(), "0017", own.seller_id)
        assert {one.pk for one in mine} == {order.pk}
    with behind(wall_of(rival)), connection.cursor() as cursor:
        for seller in (own.seller_id, rival.seller_id, None):
            cursor.execute(
                "SELECT tonerloop_orders_by_words(to_tsquery('simple', '0017:*'), %s, 9)", [seller]
            )
            assert cursor.fetchall() == []


def test_the_end_of_a_number_is_found_by_its_seller_and_its_maker(
    order: Order, world: World
) -> None:
    confirm_price(order.number, by=world.actor(world.sales))
    Order.objects.filter(pk=order.pk).update(manufacturer_reference="M-77")
    mine = Order.objects.visible_to(world.actor(world.desk))
    with behind(wall_of(world.actor(world.desk))):
        for typed in (order.number[-5:], "M-7", world.seller.name[1:4], world.black.part_number):
            assert [one.pk for one in found_at_desk(mine, typed)] == [order.pk], typed
        for typed in ("-77", order.reference, "0017"):  # not the buyer's reference
            assert not found_at_desk(mine, typed), typed
    rival = world.actor(world.rival_desk)
    with behind(wall_of(rival)):
        assert not found_at_desk(Order.objects.visible_to(rival), order.number[-5:])


def test_what_very_many_have_is_looked_for_in_the_newest(
    order: Order, world: World, monkeypatch: Any
) -> None:
    """Customers of a common name, items of a common part, few digits: only the newest are asked."""
    monkeypatch.setattr(finding, "FEW", 0)
    last = world.place()
    seller = world.seller.pk
    few = order.number[:2]
    everything = Order.objects.all()
    for typed in (order.customer.name, world.black.part_number[:3], few):
        assert order.pk in {one.pk for one in found_by(everything, typed, seller)}, typed
    monkeypatch.setattr(finding, "NEWEST", 1)
    assert {one.pk for one in found_by(everything, order.customer.name, seller)} == {last.pk}


def test_a_word_of_every_order_finds_the_newest(order: Order, world: World) -> None:
    for _ in range(5):
        world.place()
    everything = Order.objects.all()
    everything.update(reference="PO 1")
    seller = world.seller.pk
    with behind(wall_of(world.actor(world.back_office))):
        assert {one.pk for one in found_by(everything, "po", seller)} == {
            one.pk for one in everything
        }
