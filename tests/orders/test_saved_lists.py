"""Saved lists: shared by a customer's buyers, within their sites; never another customer's."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from tests.world import World
from tonerloop.common.actor import Actor
from tonerloop.orders import saved_lists
from tonerloop.orders.basket import set_quantities
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import BasketLine
from tonerloop.orders.saved_lists import delete, order_from, own_lists, rename, save_basket
from tonerloop.orders.saved_models import SavedList


@pytest.fixture
def buyer(world: World) -> Actor:
    by = world.actor(world.buyer)
    pairs = {(world.copier.pk, world.black.pk): 2, (world.printer.pk, world.rival_toner.pk): 3}
    set_quantities(pairs, by=by)
    return by


def test_a_list_is_ordered_from_by_a_colleague_within_the_sites(world: World, buyer: Actor) -> None:
    saved = save_basket("  Ｍonthly   order ", by=buyer)
    assert saved.name == "Monthly order"
    colleague = world.actor(world.branch_buyer)
    assert [one.items for one in saved_lists.counted(colleague)] == [1]  # type: ignore[attr-defined]
    _saved, filled = order_from(saved.pk, by=colleague)
    assert not filled.left_out
    line = BasketLine.objects.get(basket__person=world.branch_buyer)
    assert (line.equipment_id, line.quantity) == (world.printer.pk, 3)


def test_a_list_without_anything_of_ones_sites_is_not_there(world: World, buyer: Actor) -> None:
    BasketLine.objects.filter(equipment=world.printer).delete()
    saved = save_basket("Head office", by=buyer)
    colleague = world.actor(world.branch_buyer)
    assert not own_lists(colleague)
    for act in (lambda: order_from(saved.pk, by=colleague), lambda: delete(saved.pk, by=colleague)):
        with pytest.raises(SavedList.DoesNotExist):
            act()


def test_what_is_of_other_sites_too_is_changed_by_those_who_order_for_them(
    world: World, buyer: Actor
) -> None:
    saved = save_basket("Both", by=buyer)
    colleague = world.actor(world.branch_buyer)
    with pytest.raises(Refused, match="other sites"):
        rename(saved.pk, "Mine", by=colleague)
    with pytest.raises(Refused, match="other sites"):
        delete(saved.pk, by=colleague)
    assert SavedList.objects.get().name == "Both"


@pytest.mark.parametrize("who", ["rival_buyer", "foreign_buyer"])
def test_another_customer_finds_no_list(world: World, buyer: Actor, who: str) -> None:
    saved, rival = save_basket("Monthly", by=buyer), world.actor(getattr(world, who))
    assert not own_lists(rival)
    for act in (
        lambda: order_from(saved.pk, by=rival),
        lambda: rename(saved.pk, "x", by=rival),
        lambda: delete(saved.pk, by=rival),
    ):
        with pytest.raises(SavedList.DoesNotExist):
            act()
    assert not BasketLine.objects.filter(basket__customer=rival.customer_id).exists()


def test_a_name_is_one_lists_whatever_the_letters(world: World, buyer: Actor) -> None:
    saved = save_basket("Monthly", by=buyer)
    other = save_basket("Weekly", by=buyer)
    for name in ("monthly", "ＭＯＮＴＨＬＹ", " Monthly "):
        with pytest.raises(Refused, match="already"):
            save_basket(name, by=buyer)
        with pytest.raises(Refused, match="already"):
            rename(other.pk, name, by=buyer)
    assert rename(saved.pk, "MONTHLY", by=buyer).name == "MONTHLY"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Type a name"),
        (" 　", "Type a name"),
        ("x" * 61, "too long"),
        ("a\x07", "cannot be printed"),
    ],
)
def test_a_name_that_does_not_hold(world: World, buyer: Actor, name: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        save_basket(name, by=buyer)
    assert not SavedList.objects.exists()


def test_nothing_is_saved_of_an_empty_order(world: World) -> None:
    with pytest.raises(Refused, match="Nothing is in your order"):
        save_basket("Empty", by=world.actor(world.buyer))


def test_there_is_an_end_to_lists(
    world: World, buyer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_lists, "MOST_LISTS", 1)
    save_basket("One", by=buyer)
    with pytest.raises(Refused, match="1 lists already"):
        save_basket("Two", by=buyer)


def test_deleting_leaves_the_basket(world: World, buyer: Actor) -> None:
    assert delete(save_basket("Gone", by=buyer).pk, by=buyer) == "Gone"
    assert not SavedList.objects.exists() and BasketLine.objects.count() == 2


def test_two_who_choose_the_same_name_at_once_make_one_list(committed_world: World) -> None:
    world, said, start = committed_world, [], Barrier(2)
    by = world.actor(world.buyer)
    set_quantities({(world.copier.pk, world.black.pk): 2}, by=by)

    def save(name: str) -> None:
        start.wait()
        try:
            said.append(save_basket(name, by=by).name)
        except Refused as refused:
            said.append(refused.field)
        finally:
            connections.close_all()

    both = [Thread(target=save, args=(name,)) for name in ("Monthly", "monthly")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sorted(map(str.lower, said)) == ["monthly", "name"]
    assert SavedList.objects.count() == 1
