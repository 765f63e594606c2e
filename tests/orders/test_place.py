"""Placing an order: once, at the prices shown."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from tests.world import World
from tonerloop.common.references import is_valid
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import NotOrderable, PricesChanged, Wishes, place
from tonerloop.orders.basket import add_by_number, open_basket, set_quantities, ship_lines_to
from tonerloop.orders.deadlines import rows_of
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Basket, Order
from tonerloop.orders.quote import quote
from tonerloop.pricing.models import PriceAgreement

pytestmark = pytest.mark.django_db


def test_the_stored_amounts_are_those_shown(world: World) -> None:
    order = world.place()
    assert is_valid(order.number)
    assert order.subtotal == 2 * 8000 + 12000
    assert (order.tax, order.total) == (Decimal(2800), Decimal(30800))
    lines = list(order.lines.all())
    assert [line.unit_price for line in lines] == [Decimal(8000), Decimal(12000)]
    assert [line.price_from for line in lines] == ["customer", "list"]
    assert [line.purchase_price for line in lines] == [Decimal(5000), Decimal(5000)]
    assert all(line.fits for line in lines)


def test_breaks_count_per_line(world: World) -> None:
    order = world.place({(world.copier.pk, world.black.pk): 10})
    assert order.lines.get().unit_price == Decimal(7500)


def test_a_basket_splits_by_manufacturer_and_site(world: World) -> None:
    orders = world.place_all(
        {(world.copier.pk, world.black.pk): 1, (world.printer.pk, world.rival_toner.pk): 1}
    )
    assert {(o.manufacturer_id, o.site_id) for o in orders} == {
        (world.maker.pk, world.head.pk),
        (world.rival_maker.pk, world.branch.pk),
    }
    assert len({o.number for o in orders}) == 2


def test_lines_of_two_currencies_become_two_orders(world: World) -> None:
    PriceAgreement.objects.filter(consumable=world.cyan).update(currency="USD")
    orders = world.place_all(
        {(world.copier.pk, world.black.pk): 1, (world.copier.pk, world.cyan.pk): 1}
    )
    assert {o.currency for o in orders} == {"JPY", "USD"}


def test_placed_again_it_is_the_same_order(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.black.pk): 1})
    by = world.actor(world.buyer)
    first = place(key, seen=seen, by=by)
    again = place(key, seen={}, by=by)
    assert [o.pk for o in first] == [o.pk for o in again]
    assert Order.objects.count() == 1
    assert Entry.objects.filter(event="order.placed").count() == 1


def test_a_price_changed_since_review_is_told(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.cyan.pk): 1})
    PriceAgreement.objects.filter(consumable=world.cyan).update(unit_price=13000)
    with pytest.raises(PricesChanged) as told:
        place(key, seen=seen, by=world.actor(world.buyer))
    assert told.value.now.seen() != seen
    assert not Order.objects.exists()
    placed = place(key, seen=told.value.now.seen(), by=world.actor(world.buyer))
    assert placed[0].subtotal == 13000


def test_a_quantity_changed_in_another_tab_is_told(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.cyan.pk): 1})
    set_quantities({(world.copier.pk, world.cyan.pk): 5}, by=world.actor(world.buyer))
    with pytest.raises(PricesChanged):
        place(key, seen=seen, by=world.actor(world.buyer))


def test_an_expired_agreement_is_no_price(world: World) -> None:
    PriceAgreement.objects.filter(consumable=world.cyan).update(last_day="2020-02-01")
    order = world.place({(world.copier.pk, world.cyan.pk): 1})
    assert order.lines.get().unit_price is None
    assert order.currency == "JPY"
    assert order.total == 0


def test_an_empty_basket_is_not_orderable(world: World) -> None:
    basket = open_basket(world.actor(world.buyer))
    with pytest.raises(NotOrderable):
        place(basket.key, seen={}, by=world.actor(world.buyer))


def test_an_inactive_item_is_not_orderable(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.cyan.pk): 1})
    type(world.cyan).objects.filter(pk=world.cyan.pk).update(active=False)
    with pytest.raises(NotOrderable):
        place(key, seen=seen, by=world.actor(world.buyer))
    assert not Order.objects.exists()


def test_a_misfit_is_refused_unless_meant(world: World) -> None:
    by = world.actor(world.buyer)
    assert add_by_number(world.misfit, 1, world.head.pk, by=by) is None
    assert not open_basket(by).lines.exists()
    assert Entry.objects.filter(event="basket.misfit_refused").count() == 1
    line = add_by_number(world.misfit, 1, world.head.pk, by=by, meant=True)
    assert line is not None and line.meant
    basket = open_basket(by)
    order = place(basket.key, seen=quote(basket, by=by).seen(), by=by)[0]
    assert not order.lines.get().fits


def test_a_foreign_site_is_refused(world: World) -> None:
    by = world.actor(world.buyer)
    foreign = world.rival_office.sites.get()
    with pytest.raises(Refused):
        add_by_number(world.black, 1, foreign.pk, by=by)
    world.reviewed({(world.copier.pk, world.black.pk): 1})
    line = open_basket(by).lines.get()
    with pytest.raises(Refused):
        ship_lines_to([line.pk], foreign.pk, by=by)


def test_anothers_machine_is_refused(world: World) -> None:
    machine = world.rival_office.equipment.get()
    with pytest.raises(Refused):
        set_quantities({(machine.pk, world.black.pk): 1}, by=world.actor(world.buyer))
    assert not open_basket(world.actor(world.buyer)).lines.exists()


def test_anothers_basket_is_unknown(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.black.pk): 1})
    for stranger in (world.rival_buyer, world.foreign_buyer, world.branch_buyer):
        with pytest.raises(Basket.DoesNotExist):
            place(key, seen=seen, by=world.actor(stranger))


def test_a_day_that_passed_is_refused(world: World) -> None:
    key, seen = world.reviewed({(world.copier.pk, world.black.pk): 1})
    yesterday = timezone.now().date() - timedelta(days=2)
    Basket.objects.filter(key=key).update(requested_date=yesterday)
    with pytest.raises(Refused):
        place(key, seen=seen, by=world.actor(world.buyer))


def test_what_is_stored_is_what_the_models_say(world: World) -> None:
    """Placing writes its rows by plain SQL: every column is what the objects hold."""
    wanted = {(world.copier.pk, item.pk): 2 for item in (world.black, world.cyan)}
    wanted |= {(world.printer.pk, world.rival_toner.pk): 1}
    key, seen = world.reviewed(wanted)
    wishes = Wishes("PO-1", timezone.localdate() + timedelta(days=9))
    placed = place(key, seen=seen, by=world.actor(world.buyer), wishes=wishes)
    assert [order.pk for order in placed] == sorted(order.pk for order in placed)
    for order in placed:
        assert order.just_placed and not order._state.adding
        lines, stages = list(order.lines.all()), list(order.deadlines.order_by("stage"))
        again = list(rows_of(order, order.placed_at))
        assert order.just_placed.answer_by == stages[-1].due_at
        assert {line.order_id for line in lines} == {order.pk}
        pairs = [(order, Order.objects.get(pk=order.pk))]
        pairs += list(zip(order.just_placed.lines, lines, strict=True))
        pairs += list(zip(again, stages, strict=True))
        for held, stored in pairs:
            for field in held._meta.concrete_fields:
                if field.attname not in ("id", "order_id"):
                    assert getattr(held, field.attname) == getattr(stored, field.attname), field
