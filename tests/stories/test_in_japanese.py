"""The whole loop in Japanese, each person at their own screen; nothing English is left over."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.lively import enliven
from tests.stack import Stack
from tests.stories.acting import AT_ONCE, Pages, mails_about, newest_order, quantity
from tests.world import PASSWORD, World
from tonerloop.orders.states import Status
from tonerloop.parties.models import Manufacturer, Person, Seller

pytestmark = pytest.mark.browser
# What stands in the records, not in the product: names, part numbers, currencies; and a Webhook,
# which Japanese calls by the same word.
RECORDS = re.compile(
    "|".join(
        (
            r"[A-Z]+-\d+\S*|[PC]-?\d{3,5}|\S+@\S+",
            r"(Bea|Sato|Dora|Otto|Bo|Dan) [A-Z][a-z]+",
            "Mori Law|Hill Clinic|Head office|Branch|Clinic|Kanda Supplies|Kanda|Tokyo|street",
            "Reception|3rd floor, copy room|Law firms|iR-ADV|ECOSYS|Canon|Kyocera|Yamato",
            "Which floor is it for|New list price since Monday",
            "(?<![A-Za-z])Webhook(?![A-Za-z])",
            "Tonerloop|English|demo|standard|JPY|EUR|USD|GBP|GTIN|FAX",
        )
    )
)
SCREENS = {
    "sales": ["/sales/", "/sales/orders/", "placed", "placed change/", "placed ask/", "waiting"],
    "back_office": [
        *("/seller/orders/", "/seller/customers/", "/seller/agreements/", "/seller/figures/"),
        *("/seller/customers/new/", "/seller/agreements/new/", "/seller/customers/taxes/"),
        *("placed", "placed change/", "placed cancel/", "delivered returns/", "shipped"),
    ],
    "desk": ["/desk/", "/desk/orders/", "/desk/programs/", "confirmed", "partly", "cancelled"],
    "buyer": ["/order/", "/order/other/", "/order/orders/", "waiting", "question", "delivered"],
}
HOME = {
    "sales": "/sales/",
    "back_office": "/seller/orders/",
    "desk": "/desk/orders/",
    "buyer": "/order/orders/",
}


def test_one_order_from_sheet_to_delivery(
    live_world: World, live_stack: Stack, page: Pages
) -> None:
    _all_read_japanese()
    buyer = _come_in(page(locale="ja"), live_world.buyer, "/order/")
    phone = _come_in(page(locale="ja", width=360), live_world.sales, "/sales/")
    desk = _come_in(page(locale="ja"), live_world.desk, "/desk/")
    quantity(buyer, "NPG-67-C").fill("２")
    expect(buyer.locator("[data-running-total]")).to_contain_text("24,000")
    _press(buyer, ".sheet-total button")
    _press(buyer, "form:has([name=seen]) button.primary")
    expect(buyer.locator("h1")).to_be_visible()
    order = newest_order()

    phone.locator(f"#open-{order.number}").click(timeout=AT_ONCE)
    _press(phone, "#confirm")
    desk.locator(f"#open-{order.number}").click(timeout=AT_ONCE)
    day = timezone.localdate() + timedelta(days=3)
    desk.locator("[name=promised_date]").fill(day.isoformat())
    _press(desk, "#approve")
    desk.goto(f"/desk/orders/{order.number}/")
    _press(desk, "#ship")
    buyer.goto(f"/order/orders/{order.number}/")
    expect(buyer.locator("h1 .chip")).to_have_text("出荷済み")
    expect(buyer.get_by_text(f"{day.year}/{day.month:02}/{day.day:02}").first).to_be_visible()
    _press(buyer, ".page-actions button.primary")
    expect(buyer.locator("h1 .chip")).to_have_text("納品済み")
    assert _english(buyer) == []
    order.refresh_from_db()
    assert order.status == Status.DELIVERED
    assert len(mails_about(live_stack, order, "承認", 3)) == 3


@pytest.mark.parametrize("who", SCREENS)
def test_no_english_is_left_over(live_world: World, page: Pages, who: str) -> None:
    orders = enliven(live_world)
    live_world.reviewed({(live_world.copier.pk, live_world.drum.pk): 3})
    _all_read_japanese()
    home = HOME[who]
    tab = _come_in(page(locale="ja"), getattr(live_world, who), home)
    left = {}
    review = ["/order/review/"] if who == "buyer" else []
    for screen in SCREENS[who] + review:
        status, _gap, rest = screen.partition(" ")
        here = screen if screen.startswith("/") else None
        base = "/sales/" if who == "sales" else home
        tab.goto(here or f"{base}{orders[status].number}/{rest}")
        if english := _english(tab):
            left[screen] = english
    assert not left


def _all_read_japanese() -> None:
    for model in (Person, Seller, Manufacturer):
        model.objects.update(language="ja")


def _come_in(tab: Page, person: Person, address: str) -> Page:
    tab.goto(address)
    assert _english(tab) == []
    tab.fill("[name=login]", person.email)
    tab.fill("[name=password]", PASSWORD)
    tab.press("[name=password]", "Enter")
    tab.wait_for_url(re.compile(rf"//[^/]+{address}$"))
    expect(tab.locator("body[data-listening]")).to_be_attached()
    return tab


def _press(tab: Page, what: str) -> None:
    """Read the screen, then press the button."""
    assert _english(tab) == []
    with tab.expect_navigation():
        tab.locator(what).click()


def _english(tab: Page) -> list[str]:
    """Words on the screen in Latin letters that are not out of the records."""
    expect(tab.locator("html")).to_have_attribute("lang", "ja")
    texts = tab.locator("body").inner_text().splitlines()
    return [text for text in texts if re.search(r"[A-Za-z]{3,}", RECORDS.sub("", text))]
