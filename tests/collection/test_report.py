"""Collected and delivered as sellers and manufacturers read them, and nobody else."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.collection.test_flow import counted
from tests.world import World
from tonerloop.collection.report import report
from tonerloop.orders import actions

pytestmark = pytest.mark.django_db
SINCE = timezone.now() - timedelta(days=30)


def lived(world: World) -> None:
    """2 black and 1 cyan delivered, 3 black collected of which none is an imitation."""
    day = timezone.now().date() + timedelta(days=4)
    world.registered()
    number = actions.confirm_price(world.place().number, by=world.actor(world.sales)).number
    actions.approve(number, day, by=world.actor(world.desk))
    actions.ship(number, {1: 2, 2: 1}, by=world.actor(world.desk))
    actions.report_delivery(number, by=world.actor(world.buyer))
    counted(world, world.collection(3))


def test_the_figures_by_hand(world: World) -> None:
    lived(world)
    found = report(since=SINCE, zone="Asia/Tokyo", seller_id=world.seller.pk)
    assert (found.total.collected, found.total.delivered, found.total.percent) == (3, 3, 100)
    by_model = {row.label: (row.collected, row.delivered) for row in found.models}
    assert by_model == {"NPG-67-BK": (3, 2), "NPG-67-C": (0, 1)}


def test_what_was_returned_was_not_delivered(world: World) -> None:
    lived(world)
    number = world.office.orders.get().number
    actions.record_returns(number, {1: 1}, "damaged", by=world.actor(world.back_office))
    found = report(since=SINCE, zone="Asia/Tokyo", seller_id=world.seller.pk)
    assert (found.total.delivered, found.total.percent) == (2, 150)


def test_each_reads_only_the_own(world: World) -> None:
    lived(world)
    assert report(since=SINCE, zone="UTC", seller_id=world.rival_seller.pk).months == []
    assert report(since=SINCE, zone="UTC", manufacturer_id=world.rival_maker.pk).months == []
    own = report(since=SINCE, zone="UTC", manufacturer_id=world.maker.pk)
    assert [row.label for row in own.sellers] == ["Kanda Supplies"]


@pytest.mark.parametrize(
    ("who", "path"), [("back_office", "/seller/collections/figures/"), ("desk", "/desk/returns/")]
)
def test_on_a_screen_and_as_a_table(world: World, who: str, path: str) -> None:
    lived(world)
    client = Client()
    client.force_login(getattr(world, who))
    assert "NPG-67-BK" in client.get(path).content.decode()
    lines = client.get(path, {"as": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "kind,of,collected,delivered,weight_g"
    assert "model,NPG-67-BK,3,2,0" in lines
