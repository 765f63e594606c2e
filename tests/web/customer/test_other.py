"""Items asked for by part number, and the step that keeps wrong ones out."""

import pytest
from django.test import Client
from django.utils.html import escape

from tests.web.customer.conftest import at, confirmation, logged_in
from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.models import BasketLine, Order
from tonerloop.parties.models import Site

pytestmark = pytest.mark.django_db


def asked(world: World, **more: object) -> dict[str, object]:
    return {"part_number": "NPG-67-C", "quantity": "2", "site": world.head.pk, **more}


def test_what_fits_goes_into_the_order(world: World, shop: Client) -> None:
    answer = shop.post(at("other"), asked(world, part_number=" npg-67-c "), follow=True)
    line = BasketLine.objects.get()
    assert (line.consumable_id, line.quantity, line.meant) == (world.cyan.pk, 2, False)
    assert "NPG-67-C is in your order." in answer.content.decode()


def test_what_fits_nothing_is_not_put_in_but_asked_about(world: World, shop: Client) -> None:
    answer = shop.post(at("other"), asked(world, part_number="CRG-9000"))
    page = answer.content.decode()
    assert "This fits none of your machines" in page and "I mean it" in page
    assert not BasketLine.objects.exists()
    assert Entry.objects.filter(event="basket.misfit_refused").count() == 1


def test_what_is_meant_is_ordered_and_flagged(world: World, shop: Client) -> None:
    shop.post(at("other"), asked(world, part_number="CRG-9000", meant="1"))
    review = shop.get(at("review"))
    assert "Fits no machine" in review.content.decode()
    shop.post(at("review"), confirmation(review))
    order = Order.objects.get()
    assert not order.lines.get().fits
    phone = logged_in(world.sales).get("/sales/")
    assert "Fits no machine" in phone.content.decode()


def test_it_can_be_taken_out_again(world: World, shop: Client) -> None:
    shop.post(at("other"), asked(world))
    line = BasketLine.objects.get().pk
    assert shop.post(at("take_out"), {"line": line}).headers["Location"] == at("order")
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("line", ["", "x", "-1", "\x00", "9" * 30, "0"])
def test_taking_out_nothing_takes_out_nothing(world: World, shop: Client, line: str) -> None:
    shop.post(at("other"), asked(world))
    assert shop.post(at("take_out"), {"line": line}).status_code == 302
    assert BasketLine.objects.count() == 1


def test_nobody_takes_out_anothers(world: World, shop: Client) -> None:
    shop.post(at("other"), asked(world))
    line = BasketLine.objects.get().pk
    logged_in(world.rival_buyer).post(at("take_out"), {"line": line})
    assert BasketLine.objects.count() == 1


def test_an_inactive_item_is_refused_with_what_to_do(world: World, shop: Client) -> None:
    type(world.cyan).objects.filter(pk=world.cyan.pk).update(active=False)
    answer = shop.post(at("other"), asked(world))
    assert answer.status_code == 422
    assert "discontinued. Ask your seller" in answer.content.decode()
    assert 'value="NPG-67-C"' in answer.content.decode()
    assert not BasketLine.objects.exists()


LONG = "x" * 10_000


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("part_number", "NOT-THERE", "We know no such part number"),
        ("part_number", "", "This field is required."),
        ("part_number", LONG, "at most 40 characters"),
        ("part_number", "NPG\x0767", "cannot be printed"),
        ("part_number", "NPG\x0067", "Null characters are not allowed."),
        ("part_number", "NPG\u202e67", "cannot be printed"),
        ("part_number", "<b>%_'\"", "We know no such part number"),
        ("quantity", "", "This field is required."),
        ("quantity", "0", "Type how many you need."),
        ("quantity", "-1", "Type a whole number"),
        ("quantity", "1.5", "Type a whole number"),
        ("quantity", "++5", "Type a whole number"),
        ("quantity", "many", "Type a whole number"),
        ("quantity", "12000", "is more than we can take"),
        ("quantity", LONG, "at most 20 characters"),
        ("quantity", "1\x00", "Null characters are not allowed."),
    ],
)
def test_a_word_beside_the_field(
    world: World, shop: Client, name: str, typed: str, said: str
) -> None:
    answer = shop.post(at("other"), asked(world, **{name: typed}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page.partition(f'id="id_{name}-error"')[2][:200]
    assert escape(typed) in page  # nothing typed is lost
    for other, value in asked(world).items():
        assert other == name or f'value="{value}"' in page
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("site", ["foreign", "x", "", "0", "9" * 30, "\x00"])
def test_a_site_that_is_not_ones_own_is_refused(world: World, shop: Client, site: str) -> None:
    clinic = Site.objects.get(name="Clinic").pk
    answer = shop.post(at("other"), asked(world, site=clinic if site == "foreign" else site))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_site-error"' in page and 'value="NPG-67-C"' in page
    assert "Clinic" not in page
    assert not BasketLine.objects.exists()


def test_a_buyer_of_one_site_is_offered_that_one(world: World) -> None:
    client = logged_in(world.branch_buyer)
    page = client.get(at("other")).content.decode()
    assert "Branch" in page and "Head office" not in page
    assert client.post(at("other"), asked(world)).status_code == 422
    assert not BasketLine.objects.exists()
