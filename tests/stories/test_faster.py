"""Ordering faster: from a sticker, and from a pasted mail, as it happens at a screen."""

import pytest
from playwright.sync_api import expect

from tests.stories.acting import Pages, come_in, newest_order, quantity
from tests.world import PASSWORD, World
from tonerloop.fleet.codes import code_of
from tonerloop.orders.models import BasketLine

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False])
def test_a_scanned_sticker_leads_through_the_log_in_to_its_machine(
    live_world: World, page: Pages, scripts: bool
) -> None:
    tab = page(width=360, scripts=scripts)
    tab.goto(f"/m/{code_of(live_world.printer.pk)}")
    tab.get_by_label("Email").fill(live_world.buyer.email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in", exact=True).click()
    machine = tab.locator(f"#machine-{live_world.printer.pk}")
    expect(machine).to_be_in_viewport()
    expect(machine).to_be_focused()
    assert machine.evaluate("e => getComputedStyle(e).boxShadow") != "none"
    tab.keyboard.press("Tab")  # to the first supply of this machine, − first
    tab.keyboard.press("Tab")
    expect(quantity(tab, "TK-3160")).to_be_focused()


def test_a_pasted_mail_becomes_an_order(live_world: World, page: Pages) -> None:
    tab = come_in(page(width=360), live_world.buyer, "/order/")
    quantity(tab, "NPG-67-C").fill("5")
    tab.get_by_role("button", name="Paste part numbers").click()
    tab.get_by_label("Part numbers and quantities").fill("NPG-67-BK x 2\nNPG-67-Q 1")
    tab.get_by_role("button", name="Check the list").click()
    expect(tab.get_by_text("We know no such part number")).to_be_visible()
    tab.get_by_role("button", name="Put into the order").click()
    expect(quantity(tab, "NPG-67-BK")).to_have_value("2")
    expect(quantity(tab, "NPG-67-C")).to_have_value("5")  # typed before, not lost
    quantity(tab, "NPG-67-BK").press("Enter")
    tab.get_by_role("button", name="Confirm order").click()
    expect(tab.get_by_role("heading", name="Your order is placed")).to_be_visible()
    assert newest_order().lines.count() == 2
    tab.get_by_role("button", name="Order the same again").click()
    expect(quantity(tab, "NPG-67-BK")).to_have_value("2")
    assert BasketLine.objects.filter(basket__placed_at=None).count() == 2
