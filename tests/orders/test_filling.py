"""Many lines at once: what fits goes in, the rest is told; set, never added; few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.world import World
from tonerloop.catalogue.models import Compatibility, Consumable
from tonerloop.common.actor import Actor
from tonerloop.fleet.models import Equipment
from tonerloop.journal.models import Entry
from tonerloop.orders.basket import set_quantities
from tonerloop.orders.filling import Wanted, fill
from tonerloop.orders.models import BasketLine, Order
from tonerloop.orders.saved_lists import reorder
from tonerloop.parties.models import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(world: World) -> Actor:
    return world.actor(world.buyer)


def basket(**of: object) -> dict[tuple[int | None, int], int]:
    lines = BasketLine.objects.filter(basket__placed_at=None, **of)
    return {(line.equipment_id, line.consumable_id): line.quantity for line in lines}


def test_an_order_is_ordered_again_beside_what_is_typed(world: World, buyer: Actor) -> None:
    order = world.place()
    set_quantities({(world.printer.pk, world.rival_toner.pk): 7}, by=buyer)
    for _twice in range(2):
        _order, filled = reorder(order.number, by=buyer)
        assert len(filled.put) == 2 and not filled.left_out
    assert basket() == {
        (world.printer.pk, world.rival_toner.pk): 7,
        (world.copier.pk, world.black.pk): 2,
        (world.copier.pk, world.cyan.pk): 1,
    }
    assert Order.objects.count() == 1


def test_a_quantity_that_was_typed_is_replaced_and_told(world: World, buyer: Actor) -> None:
    order = world.place()
    set_quantities({(world.copier.pk, world.black.pk): 5}, by=buyer)
    _order, filled = reorder(order.number, by=buyer)
    assert [(line.consumable, was) for line, was in filled.replaced] == [(world.black, 5)]
    assert basket()[world.copier.pk, world.black.pk] == 2


def test_what_is_discontinued_is_told_with_what_replaces_it(world: World, buyer: Actor) -> None:
    order = world.place()
    Consumable.objects.filter(pk=world.black.pk).update(active=False)
    _order, filled = reorder(order.number, by=buyer)
    (left,) = filled.left_out
    assert (left.why, left.substitutes) == ("inactive", (world.other_black,))
    assert basket() == {(world.copier.pk, world.cyan.pk): 1}


def test_a_machine_that_is_gone_takes_nothing(world: World, buyer: Actor) -> None:
    order = world.place()
    Equipment.objects.filter(pk=world.copier.pk).update(retired=True)
    _order, filled = reorder(order.number, by=buyer)
    assert [(left.why, left.substitutes) for left in filled.left_out] == [("machine", ())] * 2
    assert not basket()


def test_what_no_longer_fits_its_machine_is_left_out(world: World, buyer: Actor) -> None:
    order = world.place()
    Compatibility.objects.filter(consumable=world.cyan).delete()
    _order, filled = reorder(order.number, by=buyer)
    assert [(left.wanted.consumable, left.why) for left in filled.left_out] == [
        (world.cyan, "misfit")
    ]
    assert Entry.objects.filter(event="basket.misfit_refused").count() == 1


def test_a_misfit_goes_in_only_if_meant(world: World, buyer: Actor) -> None:
    fill([Wanted(consumable=world.misfit, quantity=1)], by=buyer)
    assert not basket()
    fill([Wanted(consumable=world.misfit, quantity=1, meant=True)], by=buyer)
    line = BasketLine.objects.get()
    assert (line.equipment_id, line.meant, line.site.customer_id) == (None, True, world.office.pk)
    assert Entry.objects.filter(event="basket.misfit_meant").count() == 1


def test_what_fits_is_not_flagged_though_it_was_meant(world: World, buyer: Actor) -> None:
    fill([Wanted(consumable=world.cyan, quantity=1, meant=True)], by=buyer)
    assert not BasketLine.objects.get().meant


def test_anothers_site_is_replaced_by_an_own_one(world: World) -> None:
    by = world.actor(world.branch_buyer)
    clinic = Site.objects.get(name="Clinic").pk
    for site in (clinic, world.head.pk, None):
        fill([Wanted(consumable=world.cyan, quantity=1, site_id=site)], by=by)
        assert BasketLine.objects.get().site_id == world.branch.pk


def test_a_buyer_of_one_site_fills_nothing_for_another(world: World) -> None:
    by = world.actor(world.branch_buyer)
    wanted = Wanted(consumable=world.black, quantity=1, equipment=world.copier)
    assert [left.why for left in fill([wanted], by=by).left_out] == ["machine"]
    with pytest.raises(Order.DoesNotExist):
        reorder(world.place().number, by=by)
    assert not BasketLine.objects.filter(basket__person=world.branch_buyer).exists()


def test_the_same_twice_is_added_up_to_the_most(world: World, buyer: Actor) -> None:
    wanted = Wanted(consumable=world.black, quantity=300, equipment=world.copier)
    fill([wanted, wanted], by=buyer)
    assert basket() == {(world.copier.pk, world.black.pk): 500}


def test_the_queries_do_not_grow_with_the_lines(world: World, buyer: Actor) -> None:
    few = [Wanted(consumable=world.black, quantity=1, equipment=world.copier)]
    items = [
        Consumable(manufacturer=world.maker, part_number=f"X-{n}", kind="toner") for n in range(60)
    ]
    made = Consumable.objects.bulk_create(items)
    Compatibility.objects.bulk_create(
        [Compatibility(equipment_model=world.copier.model, consumable=item) for item in made]
    )
    many = [Wanted(consumable=item, quantity=1, equipment=world.copier) for item in made]
    fill(few, by=buyer)
    counts = []
    for wanted in (few, many):
        with CaptureQueriesContext(connection) as captured:
            fill(wanted, by=buyer)
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 2
    assert len(basket()) == 61
