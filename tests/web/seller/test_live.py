"""Open pages of the seller: what happens appears by itself, and nothing jumps."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.stack import Stack
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status

pytestmark = pytest.mark.browser
OPEN_FOR = 2000  # milliseconds from the event to the screen


def logged_in(tab: Page, person: object, address: str) -> Page:
    tab.goto(f"/account/login/?next={address}")
    tab.fill("input[name=login]", person.email)  # type: ignore[attr-defined]
    tab.fill("input[name=password]", "demo")
    tab.press("input[name=password]", "Enter")
    tab.wait_for_url(f"**{address}")
    expect(tab.locator("body[data-listening]")).to_be_attached()
    return tab


def test_a_new_order_appears_in_the_back_office(
    live_world: World, page: Callable[..., Page]
) -> None:
    office = logged_in(page(), live_world.back_office, "/seller/orders/")
    number = grouped(live_world.place().number)
    expect(office.get_by_role("link", name=number)).to_be_visible(timeout=OPEN_FOR)


def test_what_is_read_stays_where_it_is(live_world: World, page: Callable[..., Page]) -> None:
    for _turn in range(12):
        live_world.place()
    tab = page(height=400)
    office = logged_in(tab, live_world.back_office, "/seller/orders/")
    row = office.locator("tbody tr").nth(6)
    row.evaluate("row => scrollTo(0, row.getBoundingClientRect().top + scrollY)")
    read, before = row.get_attribute("id"), row.bounding_box()
    live_world.place()
    expect(office.locator("tbody tr")).to_have_count(13, timeout=OPEN_FOR)
    office.wait_for_timeout(200)
    after = office.locator(f"#{read}").bounding_box()
    assert before and after and abs(after["y"] - before["y"]) < 2


def test_two_taps_on_the_phone(live_world: World, page: Callable[..., Page]) -> None:
    phone = logged_in(page(width=360), live_world.sales, "/sales/")
    order = live_world.place()
    phone.get_by_role("link", name="Look and confirm").click(timeout=OPEN_FOR)
    button = phone.get_by_role("button", name="Confirm 2 prices")
    box = button.bounding_box()
    assert box and box["height"] >= 44 and box["y"] + box["height"] <= phone.viewport_size["height"]  # type: ignore[index]
    button.click()
    expect(phone.get_by_text("Sent to Canon")).to_be_visible()
    order.refresh_from_db()
    assert order.status == Status.PRICE_CONFIRMED


def test_an_order_confirmed_elsewhere_offers_no_yes(
    live_world: World, live_stack: Stack, page: Callable[..., Page]
) -> None:
    from tonerloop.orders.actions import confirm_price

    order: Order = live_world.place()
    phone = logged_in(page(width=360), live_world.sales, f"/sales/{order.number}/")
    expect(phone.get_by_role("button", name="Confirm 2 prices")).to_be_visible()
    confirm_price(order.number, by=live_world.actor(live_world.deputy))
    expect(phone.get_by_role("button", name="Confirm 2 prices")).to_have_count(0, timeout=OPEN_FOR)
    expect(phone.get_by_text("Price confirmed").first).to_be_visible()
