"""A request is its manufacturer's from the moment it is there, whoever inserts it."""

import pytest
from django.db import connection

from tests.world import World
from tonerloop.common.wall import behind, wall_of
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import ApprovalRequest, Order

pytestmark = pytest.mark.django_db


def test_the_database_writes_whose_a_request_is(world: World) -> None:
    order = confirm_price(world.place().number, by=world.actor(world.sales))
    request = order.approval_requests.get()
    assert request.manufacturer_id == order.manufacturer_id


def test_also_where_the_version_before_inserts_it_and_for_nobody_else(world: World) -> None:
    """It knows nothing of the column; a wrong value is not believed."""
    order = world.place()
    given = "order_id, opened_at, outcome"
    with connection.cursor() as cursor:
        for more, value in (("", ""), (", manufacturer_id", f", {world.rival_maker.pk}")):
            cursor.execute(
                f"INSERT INTO orders_approvalrequest ({given}{more})"  # noqa: S608 - constants
                f" VALUES (%s, now(), ''{value}) RETURNING manufacturer_id",
                [order.pk],
            )
            assert cursor.fetchone() == (order.manufacturer_id,)
            cursor.execute("DELETE FROM orders_approvalrequest")


def test_a_manufacturer_knows_of_an_order_exactly_when_there_is_a_request(world: World) -> None:
    asked = confirm_price(world.place().number, by=world.actor(world.sales))
    placed = world.place()
    desk = world.actor(world.desk)
    with behind(wall_of(desk)):
        known = set(Order.objects.visible_to(desk).values_list("pk", flat=True))
    with_request = set(ApprovalRequest.objects.values_list("order_id", flat=True))
    assert known == {asked.pk} == with_request and placed.pk not in known
