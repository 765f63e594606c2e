"""What was typed in one form outlives the sending of another on the same page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from tonerloop.orders import actions
from tonerloop.orders.models import Basket, Order

pytestmark = pytest.mark.django_db
DAY = (timezone.now() + timedelta(days=9)).date()


@pytest.fixture
def shop(world: World) -> Client:
    client = Client()
    client.force_login(world.buyer)
    world.reviewed({(world.copier.pk, world.black.pk): 2, (world.copier.pk, world.cyan.pk): 1})
    return client


@pytest.mark.parametrize("other", ["ship_to", "take_out"])
def test_reference_and_day_stay_when_the_review_is_changed(
    world: World, shop: Client, other: str
) -> None:
    line = Basket.objects.get().lines.order_by("pk")[0].pk
    typed = {"reference": "PO-7", "requested_date": DAY.isoformat()}
    if other == "ship_to":
        shop.post("/order/review/ship-to/", {**typed, "lines": line, "site": world.branch.pk})
    else:
        shop.post("/order/other/take-out/", {**typed, "line": line, "review": "1"})
    page = shop.get("/order/review/").content.decode()
    assert 'value="PO-7"' in page and f'value="{DAY.isoformat()}"' in page


def test_a_day_that_is_past_does_not_stop_the_change(world: World, shop: Client) -> None:
    line = Basket.objects.get().lines.order_by("pk")[0].pk
    typed = {"reference": "PO-7", "requested_date": "2020-01-01"}
    shop.post("/order/review/ship-to/", {**typed, "lines": line, "site": world.branch.pk})
    basket = Basket.objects.get()
    assert basket.lines.get(pk=line).site == world.branch
    assert basket.requested_date is None


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_a_typed_reply_is_not_dropped_by_a_yes_or_no(
    world: World, shop: Client, answer: str
) -> None:
    order = world.place()
    changes = actions.Changes(new_date=DAY, note="later")
    actions.propose(order.number, changes, by=world.actor(world.sales))
    order.refresh_from_db()
    given = {"answer": answer, "reply": "Only half of it", "version": order.version}
    page = shop.post(f"/order/orders/{order.number}/answer/", given)
    assert page.status_code == 422
    assert "Only half of it" in page.content.decode()
    assert Order.objects.get().status == "waiting_for_buyer"
