"""Every screen of every role: no serious finding by axe-core, no overflow, a name for each field.

The screens are found by walking the links, so that a new one is looked at by itself.
"""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.lively import enliven
from tests.world import PASSWORD, World
from tools.crawl import log_in, screens

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}
# Screens that must be among those found, so that a walk that finds nothing fails.
EXPECTED = {
    "buyer": {"customer:order", "customer:orders"},
    "sales": {"salesperson:queue", "salesperson:orders"},
    "back_office": {"seller:orders", "seller:customers", "seller:agreements", "seller:figures"},
    "desk": {"manufacturer:requests", "manufacturer:orders", "manufacturer:keys"},
}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("who", EXPECTED)
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1440, "dark")])
def test_screens_are_accessible_and_fit(
    live_world: World, page: Callable[..., Page], who: str, width: int, scheme: str
) -> None:
    enliven(live_world)
    tab = page(width=width, scheme=scheme)
    base = _base(tab)
    log_in(tab, base, getattr(live_world, who).email, PASSWORD)
    found = {}
    for name, path in screens(tab, base):
        found[name] = (path, _complaints(tab))
    assert EXPECTED[who] <= set(found)
    wrong = {name: what for name, what in found.items() if what[1]}
    assert not wrong, wrong


def test_the_way_in_is_accessible(live_world: World, page: Callable[..., Page]) -> None:
    for width in (360, 1440):
        tab = page(width=width)
        tab.goto("/account/login/")
        assert _complaints(tab) == []


def _base(tab: Page) -> str:
    tab.goto("/account/login/")
    return tab.url.split("/account/")[0]


def _complaints(tab: Page) -> list[str]:
    results = Axe().run(tab).response["violations"]
    said = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in results if v["impact"] in SERIOUS]
    overflow = tab.evaluate(OVERFLOW)
    return [*said, *([f"{overflow} px wider than the window"] if overflow > 0 else [])]
