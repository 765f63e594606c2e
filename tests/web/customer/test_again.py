"""Ordering again: from an order, from a saved list; a word before a likely double."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.web.customer.conftest import at, confirmation, field, logged_in, statements
from tests.world import World
from tonerloop.catalogue.models import Consumable
from tonerloop.orders.actions import cancel
from tonerloop.orders.basket import set_quantities
from tonerloop.orders.models import BasketLine, Order
from tonerloop.orders.saved_lists import save_basket
from tonerloop.orders.saved_models import SavedList
from tonerloop.parties.models import Membership

pytestmark = pytest.mark.django_db


def waiting(world: World) -> None:
    """2 black for the copier are typed, and not yet ordered."""
    set_quantities({(world.copier.pk, world.black.pk): 2}, by=world.actor(world.buyer))


def test_one_tap_orders_the_same_again(world: World, shop: Client) -> None:
    order = world.place()
    Consumable.objects.filter(pk=world.cyan.pk).update(active=False)
    for page in (at("one", order), at("orders"), at("placed", order.basket.key)):  # type: ignore[union-attr]
        assert f'action="{at("again", order)}"' in shop.get(page).content.decode()
    answer = shop.post(at("again", order), follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(at("order"), 302)]
    assert "1 item is in your order" in page
    assert "NPG-67-C is left out: it can no longer be ordered." in page
    assert f'name="{field(world.copier, world.black)}" value="2"' in page
    assert Order.objects.count() == 1


def test_what_is_typed_on_the_sheet_is_kept_on_the_way_to_lists(world: World, shop: Client) -> None:
    for button in ("lists", "paste", "machines"):
        typed = {field(world.copier, world.black): "４", button: ""}
        assert shop.post(at("order"), typed).headers["Location"] == at(button)
        assert BasketLine.objects.get().quantity == 4
        assert shop.get(at(button)).status_code == 200


def test_a_list_is_saved_ordered_renamed_and_deleted(world: World, shop: Client) -> None:
    waiting(world)
    answer = shop.post(at("lists"), {"name": "Monthly"}, follow=True)
    assert "The list “Monthly” is saved." in answer.content.decode()
    saved = SavedList.objects.get()
    BasketLine.objects.all().delete()
    shop.post(at("list_order", saved.pk))
    assert BasketLine.objects.get().quantity == 2
    assert "NPG-67-BK" in shop.get(at("list", saved.pk)).content.decode()
    shop.post(at("list", saved.pk), {"name": "Weekly"})
    assert "Weekly" in shop.get(at("lists")).content.decode()
    answer = shop.post(at("list_delete", saved.pk), follow=True)
    assert "The list “Weekly” is deleted." in answer.content.decode()
    assert not SavedList.objects.exists()


def test_an_order_is_saved_as_a_list(world: World, shop: Client) -> None:
    order = world.place()
    assert shop.post(at("save_order", order), {"name": "From order"}).status_code == 302
    lines = SavedList.objects.get(name="From order").lines
    assert sorted(lines.values_list("consumable_id", "equipment_id", "quantity")) == [
        (world.black.pk, world.copier.pk, 2),
        (world.cyan.pk, world.copier.pk, 1),
    ]


@pytest.mark.parametrize("name", ["", "x" * 61, "monthly", "a\x07"])
def test_a_name_that_does_not_hold_stays_in_its_field(
    world: World, shop: Client, name: str
) -> None:
    waiting(world)
    order, saved = world.place(), None
    waiting(world)
    save_basket("Monthly", by=world.actor(world.buyer))
    saved = save_basket("Weekly", by=world.actor(world.buyer))
    for address in (at("lists"), at("list", saved.pk), at("save_order", order)):
        answer = shop.post(address, {"name": name})
        page = answer.content.decode()
        assert answer.status_code == 422 and 'id="id_name-error"' in page
        assert f'value="{name}"' in page or not name
    assert SavedList.objects.count() == 2


def test_the_lists_cost_the_same_however_many(world: World, shop: Client) -> None:
    waiting(world)
    counts = []
    for name in ("One", "Two", "Three"):
        save_basket(name, by=world.actor(world.buyer))
        with CaptureQueriesContext(connection) as captured:
            shop.get(at("lists"))
        counts.append(len(statements(captured)))
    assert len(set(counts)) == 1 and counts[0] <= 8


def reviewed(world: World, client: Client) -> str:
    return client.get(at("review")).content.decode()


def test_a_likely_double_is_said_before_the_button(world: World, shop: Client) -> None:
    order = world.place()
    Order.objects.update(placed_at=timezone.now() - timedelta(minutes=40))
    waiting(world)
    page = reviewed(world, shop)
    said = page.index("You ordered the same <time")
    assert "40 minutes ago" in page[said : said + 200] and at("one", order) in page
    assert "2 × Black toner" in page
    assert said < page.index("Order all the same") and "Confirm order" not in page


def test_a_double_is_ordered_all_the_same(world: World, shop: Client) -> None:
    world.place()
    waiting(world)
    shop.post(at("review"), confirmation(shop.get(at("review"))))
    assert Order.objects.count() == 2


def test_a_colleague_is_named(world: World) -> None:
    world.place({(world.printer.pk, world.rival_toner.pk): 3})
    pairs = {(world.printer.pk, world.rival_toner.pk): 1}
    set_quantities(pairs, by=world.actor(world.branch_buyer))
    assert "Bea Buyer ordered the same" in reviewed(world, logged_in(world.branch_buyer))


def test_a_colleagues_order_for_another_site_is_not_told(world: World, shop: Client) -> None:
    order = world.place()
    Membership.objects.filter(person=world.branch_buyer).update(all_sites=True)
    waiting(world)
    Order.objects.update(site=world.branch)  # sent elsewhere, for the same machine
    assert order.number in reviewed(world, shop).replace("-", "")
    buyer = world.buyer.memberships.get()
    buyer.all_sites = False
    buyer.save()
    buyer.sites.add(world.head)
    assert order.number not in reviewed(world, shop).replace("-", "")


@pytest.mark.parametrize(
    ("hours", "quantity", "status", "told"),
    [
        (23, 9, "placed", True),  # within a day, whatever the quantity
        (25, 2, "placed", True),  # longer ago, still to come, and as many
        (25, 9, "placed", False),
        (25, 2, "delivered", False),
        (1, 2, "cancelled", False),
    ],
)
def test_what_counts_as_a_double(
    world: World, shop: Client, hours: int, quantity: int, status: str, told: bool
) -> None:
    order = world.place({(world.copier.pk, world.black.pk): quantity})
    now = timezone.now()
    if status == "cancelled":
        cancel(order.number, "customer_wish", by=world.actor(world.buyer))
    if status == "delivered":
        day = now.date()
        Order.objects.update(
            status=status,
            confirmed_at=now,
            confirmed_by=world.sales,
            approved_at=now,
            promised_date=day,
        )
    Order.objects.update(placed_at=now - timedelta(hours=hours))
    waiting(world)
    assert ("ordered the same" in reviewed(world, shop)) == told


def test_another_customers_order_is_no_double(world: World, shop: Client) -> None:
    world.place()
    Order.objects.update(customer=world.rival_office)
    waiting(world)
    page = reviewed(world, shop)
    assert "ordered the same" not in page and "Confirm order" in page


def test_the_word_costs_one_query(world: World, shop: Client) -> None:
    waiting(world)
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as captured:
            shop.get(at("review"))
        counts.append(len(statements(captured)))
        world.place()
        waiting(world)
    assert counts[0] == counts[1]
    assert len([sql for sql in statements(captured) if "orders_orderline" in sql]) == 1
