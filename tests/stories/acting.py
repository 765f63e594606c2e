"""People at their screens: the way in, and what several stories look at."""

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.stack import Stack
from tests.world import PASSWORD
from tonerloop.common.references import grouped
from tonerloop.orders.models import Order
from tonerloop.parties.models import Person

Pages = Callable[..., Page]
AT_ONCE = 2000  # milliseconds from an event to the open screens


def come_in(tab: Page, person: Person, address: str) -> Page:
    """Ask for a page, log in on the way, and wait until the page hears what changes."""
    tab.goto(address)
    tab.get_by_label("Email").fill(person.email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Log in", exact=True).click()
    tab.wait_for_url(re.compile(rf"//[^/]+{re.escape(address)}$"))
    return tab


def listening(tab: Page) -> Page:
    """The page, once it hears what changes."""
    expect(tab.locator("body[data-listening]")).to_be_attached()
    return tab


def supply(tab: Page, part_number: str) -> Locator:
    """The line of the supply sheet with this part number; the text is exact."""
    small = tab.locator("small", has_text=re.compile(rf"^{re.escape(part_number)}\b(?!-)"))
    return tab.locator("li.line", has=small)


def quantity(tab: Page, part_number: str) -> Locator:
    """The quantity field of one line of the supply sheet."""
    return supply(tab, part_number).get_by_role("textbox")


def expect_status(tab: Page, words: str, within: int = AT_ONCE) -> None:
    """The order's page shows this status in its heading, or below it on the phone."""
    expect(tab.locator(".page-head .chip").first).to_have_text(words, timeout=within)


def newest_order() -> Order:
    """The order that was placed last."""
    order = Order.objects.order_by("-pk").first()
    assert order is not None
    return order


def row_of(tab: Page, order: Order) -> Locator:
    """The link with the order's number in a list."""
    return tab.get_by_role("link", name=grouped(order.number), exact=True)


def mails_about(stack: Stack, order: Order, subject: str, count: int) -> set[str]:
    """Who got mail about the order with these words in its subject, once so many have come."""
    deadline = time.monotonic() + 20
    while True:
        found: set[str] = {
            mail["to"]
            for mail in stack.mailbox.messages()
            if subject in mail["subject"] and _tells_of(mail, order)
        }
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def _tells_of(mail: dict[str, Any], order: Order) -> bool:
    return grouped(order.number) in mail["subject"] + mail["text"]
