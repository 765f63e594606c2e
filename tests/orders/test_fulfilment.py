"""From approval to delivery and returns."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from tests.world import World
from tonerloop.orders.actions import (
    accept_change,
    approve,
    assume_deliveries,
    cancel,
    confirm_price,
    decline_change,
    record_returns,
    reply,
    report_delivery,
    ship,
)
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Basket, Order, Return
from tonerloop.orders.states import IllegalMove, Status

pytestmark = pytest.mark.django_db


def soon(days: int = 5):  # type: ignore[no-untyped-def]
    return timezone.now().date() + timedelta(days=days)


@pytest.fixture
def confirmed(world: World) -> Order:
    return confirm_price(world.place().number, by=world.actor(world.sales))


@pytest.fixture
def approved(world: World, confirmed: Order) -> Order:
    return approve(confirmed.number, soon(), "C-77", by=world.actor(world.desk))


def test_approval_accepts_every_line(world: World, approved: Order) -> None:
    assert (approved.status, approved.manufacturer_reference) == (Status.APPROVED, "C-77")
    assert [line.approved_quantity for line in approved.lines.all()] == [2, 1]
    assert approved.approval_requests.get().outcome == "approved"


def test_a_late_approval_changes_nothing(world: World, confirmed: Order) -> None:
    cancel(confirmed.number, "customer_wish", by=world.actor(world.buyer))
    with pytest.raises(IllegalMove):
        approve(confirmed.number, soon(), by=world.actor(world.desk))
    assert Order.objects.get().status == Status.CANCELLED


def test_the_rival_manufacturer_finds_no_order(world: World, confirmed: Order) -> None:
    with pytest.raises(Order.DoesNotExist):
        approve(confirmed.number, soon(), by=world.actor(world.rival_desk))


def test_a_passed_day_cannot_be_promised(world: World, confirmed: Order) -> None:
    with pytest.raises(Refused):
        approve(confirmed.number, soon(-3), by=world.actor(world.desk))


def wished(world: World) -> Order:
    key, seen = world.reviewed({(world.copier.pk, world.black.pk): 1})
    Basket.objects.filter(key=key).update(requested_date=soon(3))
    from tonerloop.orders.actions import place

    order = place(key, seen=seen, by=world.actor(world.buyer))[0]
    return confirm_price(order.number, by=world.actor(world.sales))


def test_later_than_wished_asks_the_buyer(world: World) -> None:
    order = wished(world)
    order = approve(order.number, soon(9), "C-1", by=world.actor(world.desk))
    assert order.status == Status.WAITING
    order = accept_change(order.number, by=world.actor(world.buyer))
    assert (order.status, order.promised_date) == (Status.APPROVED, soon(9))
    assert order.manufacturer_reference == "C-1"


def test_later_than_wished_can_be_declined(world: World) -> None:
    order = wished(world)
    approve(order.number, soon(9), by=world.actor(world.desk))
    assert decline_change(order.number, by=world.actor(world.buyer)).status == Status.CANCELLED


def test_a_reply_to_the_manufacturer_opens_the_request_again(world: World) -> None:
    order = wished(world)
    approve(order.number, soon(9), by=world.actor(world.desk))
    order = reply(order.number, "Friday at the latest", by=world.actor(world.buyer))
    assert order.status == Status.PRICE_CONFIRMED
    assert order.approval_requests.filter(closed_at=None).count() == 1
    order = approve(order.number, soon(2), by=world.actor(world.desk))
    assert order.status == Status.APPROVED


def test_shipping_in_parts(world: World, approved: Order) -> None:
    desk = world.actor(world.desk)
    order = ship(approved.number, {1: 1}, by=desk, carrier="Yamato", tracking_number="Y-1")
    assert order.status == Status.PARTLY_SHIPPED
    for wrong in ({1: 2}, {2: 2}, {9: 1}, {1: -1}, {}, {1: 0}):
        with pytest.raises(Refused):
            ship(approved.number, wrong, by=desk)
    order = ship(approved.number, {1: 1, 2: 1}, by=desk)
    assert order.status == Status.SHIPPED
    assert order.shipments.count() == 2


@pytest.mark.parametrize("who", ["buyer", "sales", "desk", "back_office"])
def test_nobody_cancels_after_the_first_shipment(world: World, approved: Order, who: str) -> None:
    ship(approved.number, {1: 1}, by=world.actor(world.desk))
    with pytest.raises(IllegalMove):
        cancel(approved.number, "other", "too late", by=world.actor(getattr(world, who)))


def test_the_buyer_cannot_cancel_once_approved(world: World, approved: Order) -> None:
    with pytest.raises(IllegalMove):
        cancel(approved.number, "customer_wish", by=world.actor(world.buyer))
    assert cancel(approved.number, "credit", by=world.actor(world.sales)).status == "cancelled"


def test_delivery_of_a_part_and_of_the_rest(world: World, approved: Order) -> None:
    desk, buyer = world.actor(world.desk), world.actor(world.buyer)
    ship(approved.number, {1: 1}, by=desk)
    order = report_delivery(approved.number, by=buyer)
    assert order.status == Status.PARTLY_SHIPPED
    with pytest.raises(Refused):
        report_delivery(approved.number, by=buyer)
    ship(approved.number, {1: 1, 2: 1}, by=desk)
    order = report_delivery(approved.number, by=buyer)
    assert order.status == Status.DELIVERED
    assert [line.delivered_quantity for line in order.lines.all()] == [2, 1]


def test_nothing_more_to_come_ends_a_part_delivery(world: World, approved: Order) -> None:
    ship(approved.number, {1: 1}, by=world.actor(world.desk))
    order = report_delivery(approved.number, by=world.actor(world.buyer), nothing_more=True)
    assert order.status == Status.DELIVERED
    assert [line.delivered_quantity for line in order.lines.all()] == [1, 0]


def test_delivery_is_assumed_after_five_working_days(world: World, approved: Order) -> None:
    ship(approved.number, {1: 2, 2: 1}, by=world.actor(world.desk))
    now = timezone.now()
    assert assume_deliveries(now + timedelta(days=6)) == 0  # promised in 5 days
    assert assume_deliveries(now + timedelta(days=16)) == 1
    order = Order.objects.get()
    assert (order.status, order.delivery_assumed) == (Status.DELIVERED, True)
    assert assume_deliveries(now + timedelta(days=16)) == 0


def test_returns_reduce_what_was_delivered(world: World, approved: Order) -> None:
    back_office = world.actor(world.back_office)
    with pytest.raises(Refused):
        record_returns(approved.number, {1: 1}, "wrong_item", by=back_office)
    ship(approved.number, {1: 2, 2: 1}, by=world.actor(world.desk))
    report_delivery(approved.number, by=world.actor(world.buyer))
    record_returns(approved.number, {1: 1}, "wrong_item", by=back_office)
    with pytest.raises(Refused):
        record_returns(approved.number, {1: 2}, "damaged", by=back_office)
    with pytest.raises(Refused):
        record_returns(approved.number, {1: 1}, "mood", by=back_office)
    assert Return.objects.get().quantity == 1


def test_the_database_refuses_to_edit_what_is_append_only(world: World, approved: Order) -> None:
    from tonerloop.journal.models import Entry

    for change in (
        lambda: Entry.objects.update(event="x"),
        lambda: Entry.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
