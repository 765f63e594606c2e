"""The review: what is shown is what is stored; what cannot be ordered is said before."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from tests.web.customer.conftest import at, confirmation, logged_in
from tests.world import World
from tonerloop.common.days import local_day
from tonerloop.orders.basket import add_by_number, set_quantities
from tonerloop.orders.models import BasketLine, Order
from tonerloop.parties.models import Site
from tonerloop.pricing.models import PriceAgreement

pytestmark = pytest.mark.django_db
LONG = "x" * 10_000


@pytest.fixture
def filled(world: World) -> None:
    """2 black and 1 cyan for the copier wait in the buyer's basket."""
    pairs = {(world.copier.pk, world.black.pk): 2, (world.copier.pk, world.cyan.pk): 1}
    set_quantities(pairs, by=world.actor(world.buyer))


@pytest.mark.usefixtures("filled")
def test_it_shows_lines_prices_tax_and_total(shop: Client) -> None:
    page = shop.get(at("review")).content.decode()
    for text in ("NPG-67-BK", "8,000", "16,000", "12,000", "28,000", "2,800", "30,800"):
        assert text in page
    assert "Head office" in page and "Canon" in page


@pytest.mark.usefixtures("filled")
def test_what_was_shown_is_what_is_stored(world: World, shop: Client) -> None:
    day = local_day(timezone.now(), world.seller.time_zone) + timedelta(days=10)
    typed = {"reference": "PO-7 <b>", "requested_date": day.isoformat()}
    page = shop.get(at("review"))
    shop.post(at("review"), confirmation(page, **typed))
    order = Order.objects.get()
    assert (order.reference, order.requested_date) == ("PO-7 <b>", day)
    assert (order.subtotal, order.tax, order.total) == (28000, 2800, 30800)
    assert [line.unit_price for line in order.lines.all()] == [8000, 12000]


def test_the_break_counts_for_its_line(world: World, shop: Client) -> None:
    set_quantities({(world.copier.pk, world.black.pk): 10}, by=world.actor(world.buyer))
    page = shop.get(at("review"))
    assert "7,500" in page.content.decode()
    shop.post(at("review"), confirmation(page))
    assert Order.objects.get().lines.get().unit_price == 7500


def test_a_price_on_request_is_stored_without_a_price(world: World, shop: Client) -> None:
    PriceAgreement.objects.filter(consumable=world.cyan).update(last_day="2020-12-31")
    set_quantities({(world.copier.pk, world.cyan.pk): 1}, by=world.actor(world.buyer))
    page = shop.get(at("review"))
    assert "Price on request" in page.content.decode()
    assert "then waits for your yes" in page.content.decode()
    shop.post(at("review"), confirmation(page))
    line = Order.objects.get().lines.get()
    assert (line.unit_price, line.order.total) == (None, 0)


def test_an_empty_basket_says_where_to_type(shop: Client) -> None:
    page = shop.get(at("review"))
    assert "Nothing is in your order yet" in page.content.decode()
    assert shop.post(at("review"), confirmation(page)).status_code == 422
    assert not Order.objects.exists()


@pytest.mark.usefixtures("filled")
def test_lines_can_go_to_another_of_ones_own_sites(world: World, shop: Client) -> None:
    lines = ",".join(str(pk) for pk in BasketLine.objects.values_list("pk", flat=True))
    shop.post(at("ship_to"), {"lines": lines, "site": world.branch.pk})
    shop.post(at("review"), confirmation(shop.get(at("review"))))
    assert Order.objects.get().site_id == world.branch.pk


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("site", ["foreign", "", "x", "-1", "\x00", "9" * 30])
def test_lines_cannot_go_to_a_foreign_site(world: World, shop: Client, site: str) -> None:
    clinic = Site.objects.get(name="Clinic").pk
    lines = ",".join(str(pk) for pk in BasketLine.objects.values_list("pk", flat=True))
    given = {"lines": lines, "site": clinic if site == "foreign" else site}
    answer = shop.post(at("ship_to"), given)
    assert answer.status_code == 409
    assert "Choose one of your own sites." in answer.content.decode()
    assert set(BasketLine.objects.values_list("site_id", flat=True)) == {world.head.pk}


@pytest.mark.usefixtures("filled")
def test_nobody_sends_anothers_lines_elsewhere(world: World) -> None:
    lines = ",".join(str(pk) for pk in BasketLine.objects.values_list("pk", flat=True))
    branch = logged_in(world.branch_buyer)
    branch.post(at("ship_to"), {"lines": lines, "site": world.branch.pk})
    assert set(BasketLine.objects.values_list("site_id", flat=True)) == {world.head.pk}


def yesterday() -> str:
    return (timezone.now() - timedelta(days=2)).date().isoformat()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("requested_date", yesterday(), "This day has passed."),
        ("requested_date", "0001-01-01", "This day has passed."),
        ("requested_date", "9999-12-31", "Choose a day within the next year."),
        ("requested_date", "2026-02-30", "Type a day such as 2026-12-24."),
        ("requested_date", "tomorrow", "Type a day such as 2026-12-24."),
        ("requested_date", "\x00", "Type a day such as 2026-12-24."),
        ("requested_date", LONG, "Type a day such as 2026-12-24."),
        ("reference", LONG, "at most 40 characters"),
        ("reference", "PO\x1b[31m", "cannot be printed"),
        ("reference", "PO\x00", "Null characters are not allowed."),
        ("reference", "PO\u202e7", "cannot be printed"),
    ],
)
def test_a_word_beside_the_field(shop: Client, name: str, typed: str, said: str) -> None:
    right = {"reference": "PO-7", "requested_date": ""} | {name: typed}
    answer = shop.post(at("review"), confirmation(shop.get(at("review")), **right))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page.partition(f'id="id_{name}-error"')[2][:200]
    assert escape(typed) in page
    assert name == "reference" or 'value="PO-7"' in page
    assert not Order.objects.exists()


@pytest.mark.usefixtures("filled")
def test_an_item_discontinued_meanwhile_is_not_ordered(world: World, shop: Client) -> None:
    page = shop.get(at("review"))
    type(world.cyan).objects.filter(pk=world.cyan.pk).update(active=False)
    answer = shop.post(at("review"), confirmation(page, reference="PO-7"))
    assert answer.status_code == 422
    assert "NPG-67-C: is discontinued" in answer.content.decode()
    assert 'value="PO-7"' in answer.content.decode()
    assert not Order.objects.exists()


@pytest.mark.usefixtures("filled")
def test_a_site_closed_meanwhile_is_not_delivered_to(world: World, shop: Client) -> None:
    page = shop.get(at("review"))
    Site.objects.filter(pk=world.head.pk).update(closed=True)
    answer = shop.post(at("review"), confirmation(page))
    assert answer.status_code == 422
    assert "would go to a site that is closed" in answer.content.decode()
    assert not Order.objects.exists()


def test_taking_a_line_out_comes_back_to_the_review(world: World, shop: Client) -> None:
    add_by_number(world.cyan, 1, world.head.pk, by=world.actor(world.buyer))
    line = BasketLine.objects.get().pk
    answer = shop.post(at("take_out"), {"line": line, "review": "1"})
    assert answer.headers["Location"] == at("review")


@pytest.mark.usefixtures("filled")
def test_a_price_changed_meanwhile_is_shown_and_not_ordered(world: World, shop: Client) -> None:
    page = shop.get(at("review"))
    PriceAgreement.objects.filter(consumable=world.cyan).update(unit_price=Decimal(13500))
    answer = shop.post(at("review"), confirmation(page, reference="PO-7"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Something changed since you looked." in text
    assert "12,000" in text and "13,500" in text and 'value="PO-7"' in text
    assert not Order.objects.exists()
    shop.post(at("review"), confirmation(answer, reference="PO-7"))
    assert Order.objects.get().lines.get(consumable=world.cyan).unit_price == 13500


@pytest.mark.usefixtures("filled")
def test_a_cheaper_price_is_shown_too(world: World, shop: Client) -> None:
    page = shop.get(at("review"))
    PriceAgreement.objects.filter(consumable=world.cyan).update(unit_price=Decimal(11000))
    assert shop.post(at("review"), confirmation(page)).status_code == 409
    assert not Order.objects.exists()


@pytest.mark.usefixtures("filled")
def test_a_quantity_changed_in_another_tab_is_shown(world: World, shop: Client) -> None:
    page = shop.get(at("review"))
    set_quantities({(world.copier.pk, world.cyan.pk): 5}, by=world.actor(world.buyer))
    answer = shop.post(at("review"), confirmation(page))
    assert answer.status_code == 409
    assert not Order.objects.exists()


STRANGE = [
    "",
    "null",
    "[]",
    "{",
    "7" * 5000,
    "[" * 100_000,
    '{"total-1-1-JPY": 1e999}',
    '{"line-LINE": "a|\\ud800|1|5|JPY"}',
    '{"line-LINE": "a|1|1|\\u00b2|JPY"}',
    '{"line-LINE": "a|1|1|5|<b>"}',
    '{"line-LINE": "a|1|1|5|\\u0000\\ud800x"}',
    '{"line-LINE": "||||"}',
]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("seen", STRANGE, ids=lambda seen: seen[:30])
def test_what_no_page_has_shown_is_shown_now(world: World, shop: Client, seen: str) -> None:
    line = BasketLine.objects.get(consumable=world.cyan).pk
    sent = confirmation(shop.get(at("review"))) | {"seen": seen.replace("LINE", str(line))}
    assert shop.post(at("review"), sent).status_code == 409
    assert not Order.objects.exists()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("key", ["", "x", "\x00", "1" * 33, LONG])
def test_a_strange_key_leads_back_to_the_review(shop: Client, key: str) -> None:
    sent = confirmation(shop.get(at("review"))) | {"key": key}
    answer = shop.post(at("review"), sent)
    assert (answer.status_code, answer.headers["Location"]) == (302, at("review"))
    assert not Order.objects.exists()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("who", ["branch_buyer", "rival_buyer", "foreign_buyer"])
def test_nobody_confirms_anothers_basket(world: World, shop: Client, who: str) -> None:
    sent = confirmation(shop.get(at("review")))
    assert logged_in(getattr(world, who)).post(at("review"), sent).status_code == 404
    assert not Order.objects.exists()
