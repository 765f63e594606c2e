"""Without a mouse, and without scripts: one can still order, and answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.stories.acting import Pages, come_in, expect_status, newest_order, quantity
from tests.world import PASSWORD, World
from tonerloop.fleet.models import Equipment
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.browser
MOST = 60  # presses of Tab to reach anything on one screen


def test_a_buyer_orders_with_the_keyboard_alone(live_world: World, page: Pages) -> None:
    tab = page()
    tab.goto("/order/")
    _tab_to(tab, "Email")
    tab.keyboard.type(live_world.buyer.email)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Your supplies")).to_be_visible()

    _tab_to(tab, "Skip to content")
    tab.keyboard.press("Enter")
    _tab_to(tab, "Find a machine, place, colour or part number")
    tab.keyboard.type("cyan")
    expect(tab.locator("li.line:visible")).to_have_count(1)
    tab.keyboard.press("Enter")  # looks, does not send
    _tab_to(tab, "One more: Cyan toner")
    tab.keyboard.press("Enter")
    _tab_to(tab, "Quantity: Cyan toner", "Shift+Tab")
    tab.keyboard.press("Control+a")
    tab.keyboard.type("4")
    _tab_to(tab, "Review order")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Review your order")).to_be_visible()
    _tab_to(tab, "Your reference")
    tab.keyboard.type("PO-KEYS")
    _tab_to(tab, "Confirm order")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Your order is placed")).to_be_visible()
    order = newest_order()
    assert (order.reference, order.lines.get().ordered_quantity) == ("PO-KEYS", 4)
    _tab_to(tab, "Finish and log out")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/account/login/**")


def test_enter_in_a_quantity_goes_to_review(live_world: World, page: Pages) -> None:
    tab = come_in(page(), live_world.buyer, "/order/")
    quantity(tab, "NPG-67-C").press_sequentially("2")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Review your order")).to_be_visible()
    expect(tab.get_by_role("row", name="Cyan toner")).to_contain_text("2")


def test_each_line_of_the_sheet_is_told_from_the_others(live_world: World, page: Pages) -> None:
    """Who hears the sheet tells two black toners apart, and two machines of one model."""
    Equipment.objects.create(
        seller=live_world.seller,
        customer=live_world.office,
        site=live_world.head,
        model=live_world.copier.model,
        serial_number="C-1099",
        location="3rd floor, copy room",
    )
    tab = come_in(page(), live_world.buyer, "/order/")
    fields = tab.locator("#supplies input, #supplies button")
    names = [field.get_attribute("aria-label") for field in fields.all()]
    assert len(names) == 27 and len(set(names)) == len(names), names


def test_what_has_the_focus_is_seen(live_world: World, page: Pages) -> None:
    tab = come_in(page(), live_world.buyer, "/order/")
    reached = "a[href], button:not([tabindex='-1']), input, summary"
    fields = tab.locator(reached).filter(visible=True).count()
    for _turn in range(fields):
        tab.keyboard.press("Tab")
        ring = tab.evaluate(
            """() => { const s = getComputedStyle(document.activeElement);
              return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2
                || s.boxShadow !== "none"; }"""
        )
        assert ring, _focused(tab)


def test_order_and_confirmation_without_scripts(live_world: World, page: Pages) -> None:
    buyer = come_in(page(scripts=False), live_world.buyer, "/order/")
    quantity(buyer, "NPG-67-BK").fill("many")
    buyer.get_by_role("button", name="Review order").click()
    expect(buyer.get_by_text("One quantity needs a change.")).to_be_visible()
    expect(quantity(buyer, "NPG-67-BK")).to_have_value("many")
    quantity(buyer, "NPG-67-BK").fill("１０")  # full-width digits
    buyer.get_by_role("button", name="Review order").click()
    buyer.get_by_label("Ship to").select_option(label="Branch")
    buyer.get_by_role("button", name="Change", exact=True).click()
    expect(buyer.get_by_label("Ship to").locator("option:checked")).to_have_text("Branch")
    buyer.get_by_role("button", name="Confirm order").click()
    expect(buyer.get_by_role("heading", name="Your order is placed")).to_be_visible()

    phone = come_in(page(width=360, scripts=False), live_world.sales, "/sales/")
    phone.get_by_role("link", name="Look and confirm").click()
    phone.get_by_role("button", name="Confirm 1 price").click()
    expect(phone.get_by_text("Sent to Canon")).to_be_visible()
    order = Order.objects.get()
    assert (order.status, order.site) == (Status.PRICE_CONFIRMED, live_world.branch)
    buyer.get_by_role("link", name="View this order").click()
    expect_status(buyer, "Price confirmed")
    buyer.get_by_text("Cancel this order").click()
    buyer.get_by_role("button", name="Cancel the order").click()
    expect_status(buyer, "Cancelled")


def _tab_to(tab: Page, words: str, key: str = "Tab") -> None:
    """Press Tab until what is called so has the focus."""
    for _turn in range(MOST):
        tab.keyboard.press(key)
        if words in _focused(tab):
            return
    raise AssertionError(f"{MOST} presses of {key} did not reach “{words}”")


def _focused(tab: Page) -> str:
    text: str = tab.evaluate(
        """() => { const el = document.activeElement, label = el.labels && el.labels[0];
          return el.getAttribute("aria-label") || (label || el).textContent.trim(); }"""
    )
    return text
