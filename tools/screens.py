"""`make screens`: a picture of every screen of every role, from the running demo.

Each at 360 and 1440 px, light and dark, into screens/. Needs `tonerloop demo` running (its
address is read from TONERLOOP_URL) and a Chromium.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

django.setup()

from django.urls import reverse  # noqa: E402

from tests.web.browser import find_chromium, launch  # noqa: E402
from tonerloop.orders.models import Order  # noqa: E402
from tonerloop.parties.actor import actor_of  # noqa: E402
from tonerloop.parties.models import Membership, Person  # noqa: E402
from tools.crawl import log_in, screens  # noqa: E402

WIDTHS, SCHEMES = (360, 1440), ("light", "dark")
FOLDER = Path("screens")


@dataclass(frozen=True)
class Visitor:
    """Somebody to log in as, and one order in each status that this person sees."""

    role: str
    email: str
    orders: dict[str, str] = field(default_factory=dict)


def main() -> None:
    """Take all pictures; prints where they are and how many."""
    base = os.environ.get("TONERLOOP_URL", "http://127.0.0.1:8000")
    everybody = visitors()
    with sync_playwright() as playwright:
        if find_chromium() is None:
            sys.exit("No Chromium found; install one, then run this again.")
        browser = launch(playwright)
        count = sum(1 for _ in _all(browser, base, everybody))
    print(f"{count} pictures in {FOLDER.resolve()}")


def _all(browser: Browser, base: str, everybody: list[Visitor]) -> Iterator[Path]:
    for who, width, scheme in product(everybody, WIDTHS, SCHEMES):
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        log_in(page, base, who.email, "demo")
        if who.role == "buyer":
            fill_basket(page, base)
        for name, _path in screens(page, base):
            yield _picture(page, who.role, name, f"{width}-{scheme}")
        for status, path in who.orders.items():
            page.goto(base + path)
            yield _picture(page, who.role, f"order-{status}", f"{width}-{scheme}")
        page.close()


def visitors() -> list[Visitor]:
    """One person of each role, the one who sees orders in the most states; and the operator."""
    best: dict[str, Visitor] = {}
    for member in Membership.objects.filter(active=True).select_related("person", "customer"):
        who = Visitor(member.role, member.person.email, _orders(member))
        if who.role not in best or len(who.orders) > len(best[who.role].orders):
            best[who.role] = who
    operator = Person.objects.filter(is_staff=True).order_by("pk")[0]
    return [*best.values(), Visitor("operator", operator.email)]


def _orders(member: Membership) -> dict[str, str]:
    page = {
        "buyer": "customer:one",
        "salesperson": "salesperson:order",
        "back_office": "seller:order",
        "order_desk": "manufacturer:order",
    }.get(member.role)
    if page is None:  # the collector's people see no orders
        return {}
    found = Order.objects.visible_to(actor_of(member)).order_by("placed_at")
    return {order.status: reverse(page, args=[order.number]) for order in found}


def fill_basket(page: Page, base: str) -> None:
    """Type a quantity, so that the review screen has something to show."""
    page.goto(base + "/order/")
    page.locator("input[name^='q-']").first.fill("2")
    page.locator("input[name^='q-']").first.press("Enter")
    page.wait_for_load_state()


def _picture(page: Page, role: str, name: str, how: str) -> Path:
    file = FOLDER / role / f"{name.replace(':', '-')}-{how}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file, full_page=True)
    return file


if __name__ == "__main__":
    main()
