"""`make screens`: a picture of every screen of every role, from the running demo.

Each at 360 and 1440 px, light and dark, into screens/. Needs `tonerloop demo` running (its
address is read from TONERLOOP_URL) and a Chromium.
"""

import os
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

django.setup()

from tests.web.browser import find_chromium, launch  # noqa: E402
from tonerloop.parties.models import Membership, Person  # noqa: E402
from tools.crawl import log_in, screens  # noqa: E402

WIDTHS, SCHEMES = (360, 1440), ("light", "dark")
FOLDER = Path("screens")


def main() -> None:
    """Take all pictures; prints where they are and how many."""
    base = os.environ.get("TONERLOOP_URL", "http://127.0.0.1:8000")
    with sync_playwright() as playwright:
        if find_chromium() is None:
            sys.exit("No Chromium found; install one, then run this again.")
        browser = launch(playwright)
        count = sum(1 for _ in _all(browser, base))
    print(f"{count} pictures in {FOLDER.resolve()}")


def _all(browser: Browser, base: str) -> Iterator[Path]:
    for (role, email), width, scheme in product(log_ins(), WIDTHS, SCHEMES):
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        log_in(page, base, email, "demo")
        if role == "buyer":
            fill_basket(page, base)
        for name, _path in screens(page, base):
            yield _picture(page, role, name, f"{width}-{scheme}")
        page.close()


def log_ins() -> list[tuple[str, str]]:
    """One person of each role, and the operator."""
    firsts = {m.role: m.person.email for m in Membership.objects.order_by("-pk")}
    operator = Person.objects.filter(is_staff=True).order_by("pk")[0]
    return [*firsts.items(), ("operator", operator.email)]


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
