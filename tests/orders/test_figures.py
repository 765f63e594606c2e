"""The seller's figures: counted from its own orders alone, over the period alone."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.world import World
from tonerloop.orders import figures
from tonerloop.orders.actions import approve, cancel, confirm_price, record_returns, ship
from tonerloop.orders.actions.fulfilment import report_delivery
from tonerloop.orders.basket import add_by_number
from tonerloop.orders.models import Order
from tonerloop.orders.states import CancelReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def since() -> datetime:
    return timezone.now() - timedelta(days=30)


def delivered(world: World) -> Order:
    """2 black and 1 cyan, arrived."""
    order = world.place()
    confirm_price(order.number, by=world.actor(world.sales))
    desk = world.actor(world.desk)
    approve(order.number, timezone.now().date() + timedelta(days=9), by=desk)
    ship(order.number, {1: 2, 2: 1}, by=desk)
    return report_delivery(order.number, by=world.actor(world.buyer))


def test_misfits_refused_and_meant(world: World, since: datetime) -> None:
    buyer = world.actor(world.buyer)
    assert add_by_number(world.misfit, 1, world.head.pk, by=buyer) is None
    add_by_number(world.misfit, 1, world.head.pk, by=buyer, meant=True)
    world.place()
    Order.objects.filter(pk=delivered(world).pk).update(placed_at=since - timedelta(days=1))
    found = figures.misfits(seller_id=world.seller.pk, since=since)
    assert (found.refused, found.on_purpose, found.orders) == (1, 1, 1)
    rival = figures.misfits(seller_id=world.rival_seller.pk, since=since)
    assert (rival.refused, rival.on_purpose, rival.orders) == (0, 0, 0)


def test_returns_of_wrong_items(world: World, since: datetime) -> None:
    number, by = delivered(world).number, world.actor(world.back_office)
    record_returns(number, {1: 1}, "wrong_item", by=by)
    record_returns(number, {2: 1}, "damaged", by=by)
    found = figures.returns(seller_id=world.seller.pk, since=since)
    assert (found.delivered, found.returned, found.wrong_item) == (3, 2, 1)
    assert found.wrong_share is not None
    assert round(found.wrong_share, 1) == Decimal("33.3")
    assert figures.returns(seller_id=world.rival_seller.pk, since=since).wrong_share is None


def test_cancellations_by_reason(world: World, since: datetime) -> None:
    by = world.actor(world.sales)
    for reason in ("wrong_price", "credit", "wrong_price"):
        cancel(world.place().number, reason, by=by)
    found = figures.cancellations(seller_id=world.seller.pk, since=since)
    assert found == [(CancelReason.WRONG_PRICE, 2), (CancelReason.CREDIT, 1)]
    assert figures.cancellations(seller_id=world.rival_seller.pk, since=since) == []


def test_waits_by_month_in_the_sellers_zone(world: World) -> None:
    start = datetime(2026, 3, 31, 20, tzinfo=UTC)
    placed = [start, start - timedelta(days=1), start - timedelta(days=2)]
    for moment, minutes in zip(placed, (10, 20, 60), strict=True):
        order = confirm_price(world.place().number, by=world.actor(world.sales))
        confirmed = moment + timedelta(minutes=minutes)
        Order.objects.filter(pk=order.pk).update(placed_at=moment, confirmed_at=confirmed)
    since = start - timedelta(days=30)
    whole, months = figures.waits(seller_id=world.seller.pk, since=since, zone="Asia/Tokyo")
    assert (whole.confirmation.count, whole.confirmation.median) == (3, 20)
    assert whole.confirmation.most == pytest.approx(52)
    assert whole.approval.count == 0
    # 20:00 UTC on 31 March is 1 April in Tokyo.
    assert [(m.month.isoformat(), m.confirmation.median) for m in months if m.month] == [
        ("2026-03-01", 40),
        ("2026-04-01", 10),
    ]


def test_waits_of_nothing(world: World, since: datetime) -> None:
    whole, months = figures.waits(seller_id=world.seller.pk, since=since, zone="UTC")
    assert (whole.confirmation.count, whole.approval.count, months) == (0, 0, [])


def test_values_leave_out_cancelled_orders(world: World, since: datetime) -> None:
    world.place()
    world.place()
    cancel(world.place().number, "credit", by=world.actor(world.sales))
    found = figures.values(seller_id=world.seller.pk, since=since, zone="Asia/Tokyo")
    assert [(v.currency, v.orders, v.value) for v in found] == [("JPY", 2, Decimal(56000))]
    assert figures.values(seller_id=world.rival_seller.pk, since=since, zone="UTC") == []


def test_few_queries(world: World, since: datetime, django_assert_num_queries: object) -> None:
    seller = world.seller.pk
    with django_assert_num_queries(8):  # type: ignore[operator]
        figures.misfits(seller_id=seller, since=since)
        figures.returns(seller_id=seller, since=since)
        figures.cancellations(seller_id=seller, since=since)
        figures.waits(seller_id=seller, since=since, zone="UTC")
        figures.values(seller_id=seller, since=since, zone="UTC")
