"""An order in each state, so that every screen has something to show."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.utils import timezone

from tests.world import World
from tonerloop.collection.actions import receiving
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.actions.strays import receive_stray
from tonerloop.collection.models import CollectionRequest
from tonerloop.common.days import local_day
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.judging import Terms
from tonerloop.manufacturers.pricelist import set_list_prices
from tonerloop.manufacturers.rules import begin_rule
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.outbound.webhooks import actions as webhooks
from tonerloop.outbound.webhooks.announcing import announce
from tonerloop.outbound.webhooks.types import TEST, types_for


def enliven_collection(world: World) -> dict[str, CollectionRequest]:
    """Collections of the buyer at each step; by status."""
    clerk, by = world.actor(world.clerk), world.actor(world.dispatcher)
    world.rule(box_percent=120)
    world.registered()
    made = {"requested": world.collection(3, "box")}
    today = local_day(timezone.now(), "Asia/Tokyo")
    for status in ("scheduled", "received", "counted"):
        request = world.collection(2)
        schedule([request.number], day=today, driver_id=world.driver.pk, by=by)
        if status != "scheduled":
            for label in request.labels.order_by("pk"):
                receiving.receive(label.identifier, by=clerk)
                what = What(consumable_id=world.black.pk)
                receiving.count(request.number, label.identifier, what, by=clerk)
        if status == "counted":
            receiving.close(request.number, by=clerk)
        made[status] = request
    receive_stray("REF 0815", key=uuid4(), by=clerk)
    return made


def enliven(world: World) -> dict[str, Order]:
    """Take orders of the buyer as far as each state; by status, and one with a question."""
    sales, buyer, desk = (world.actor(who) for who in (world.sales, world.buyer, world.desk))
    day = timezone.now().date() + timedelta(days=4)
    made: dict[str, Order] = {"placed": world.place()}

    dearer = world.place()
    line = dearer.lines.get(position=1).pk
    change = actions.Changes(prices={line: Decimal(9000)}, note="New list price since Monday")
    made["waiting"] = actions.propose(dearer.number, change, by=sales)
    made["question"] = actions.ask(world.place().number, "Which floor is it for?", by=sales)

    for status in ("confirmed", "approved", "partly", "shipped", "delivered", "cancelled"):
        order = actions.confirm_price(world.place().number, by=sales)
        if status == "cancelled":
            order = actions.cancel(order.number, "duplicate", by=buyer)
        elif status != "confirmed":
            order = actions.approve(order.number, day, "C-1", by=desk)
        if status in ("shipped", "delivered"):
            order = actions.ship(
                order.number, {1: 2, 2: 1}, by=desk, carrier="Yamato", tracking_number="Y-77"
            )
        if status == "partly":
            order = actions.ship(order.number, {1: 1}, by=desk)
        if status == "delivered":
            order = actions.report_delivery(order.number, by=buyer)
        made[status] = order
    return made


def enliven_systems(world: World) -> None:
    """A webhook of each party at which nobody listens, with a message; a rule with its prices."""
    for who in (world.buyer, world.back_office, world.desk, world.dispatcher):
        by = world.actor(who)
        endpoint, _secret = webhooks.subscribe(
            "http://127.0.0.1:1/hooks", "Warehouse system", types_for(by.side), by=by
        )
        webhooks.send_test(endpoint.key, by=by)
    for entry in Entry.objects.filter(event=TEST):
        announce([entry], timezone.now())
    day, desk = timezone.now().date() + timedelta(days=1), world.actor(world.desk)
    set_list_prices([(world.black.part_number, Decimal(5000))], "JPY", day, by=desk)
    begin_rule(Terms(name="Small orders", tolerance=Decimal(2)), by=desk)
