"""Every screen of every role: no serious finding by axe-core, no overflow, a name for each field.

The screens are found by walking the links, so that a new one is looked at by itself. Added are
an order in each of its states, with all that unfolds, and what only a form leads to.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.lively import enliven, enliven_collection, enliven_systems
from tests.world import PASSWORD, World
from tonerloop.common.references import grouped
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Order
from tools.crawl import log_in, screens

pytestmark = pytest.mark.browser
SERIOUS = {"serious", "critical"}
OF_WEBHOOKS = {
    portal: [
        f"{portal}:{name}"
        for name in ("webhooks", "webhook", "webhook_new", "webhook_edit", "webhook_message")
    ]
    for portal in ("customer", "seller", "manufacturer", "collector")
}
# Screens that must be among those found, so that a walk that finds nothing fails.
EXPECTED = {
    "buyer": {
        "log_in_rules",
        "sessions",
        "customer:order",
        "customer:orders",
        "customer:collection",
        "customer:collection_ask",
        "customer:collection_one",
        *OF_WEBHOOKS["customer"],
    },
    "sales": {"salesperson:queue", "salesperson:orders"},
    "back_office": {
        "log_in_rules",
        "sessions",
        "seller:orders",
        "seller:customers",
        "seller:agreements",
        "seller:figures",
        "seller:collections",
        "seller:programs",
        *OF_WEBHOOKS["seller"],
    },
    "desk": {
        "log_in_rules",
        "sessions",
        "manufacturer:requests",
        "manufacturer:orders",
        "manufacturer:programs",
        "manufacturer:automation",
        "manufacturer:approval_rule_new",
        "manufacturer:list_prices",
        *OF_WEBHOOKS["manufacturer"],
    },
    "dispatcher": {
        "log_in_rules",
        "sessions",
        "collector:collections",
        "collector:collection",
        "collector:programs",
        "collector:figures",
        *OF_WEBHOOKS["collector"],
    },
    "driver": {"driver:stops"},
    "clerk": {
        "recovery:station",
        "recovery:requests",
        "recovery:request",
        "recovery:correct",
        "recovery:strays",
        "recovery:stray",
    },
}
ORDER_PAGE = {
    "buyer": "customer:one",
    "sales": "salesperson:order",
    "back_office": "seller:order",
    "desk": "manufacturer:order",
}
NOT_YET_AT_THE_DESK = {"placed", "waiting", "question"}
# What only a form or an order's state leads to: the screen, and the order that it is about.
FORMS = {
    "buyer": [("customer:review", "")],
    "sales": [(f"salesperson:{name}", "placed") for name in ("change", "ask", "cancel")],
    "back_office": [
        *[(f"seller:{name}", "placed") for name in ("change", "ask", "cancel")],
        ("seller:returns", "delivered"),
    ],
    "desk": [],
    "dispatcher": [],
    "driver": [],
    "clerk": [],
}
OF_LOOKS = ["color-contrast", "scrollable-region-focusable", "link-in-text-block"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("who", EXPECTED)
def test_screens_are_accessible_and_fit(
    live_world: World, page: Callable[..., Page], who: str, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE = True
    orders = enliven(live_world)
    enliven_collection(live_world)
    enliven_systems(live_world)
    live_world.reviewed({(live_world.copier.pk, live_world.drum.pk): 3})
    tab = page(width=360)
    base = _base(tab)
    log_in(tab, base, getattr(live_world, who).email, PASSWORD)
    found = {}
    for name, path in screens(tab, base):
        found[name] = (path, _on_both(tab))
    assert EXPECTED[who] <= set(found)
    for name, path in _states_and_forms(who, orders):
        if name not in found:
            answer = tab.goto(base + path)
            assert answer is not None and answer.ok, (name, answer)
            found[name] = (path, _on_both(tab))
    wrong = {name: what for name, what in found.items() if what[1]}
    assert not wrong, wrong


def test_the_operators_audit_fits_a_phone(live_world: World, page: Callable[..., Page]) -> None:
    """Its tables are Django's elsewhere; an order is told by its number there, too."""
    order = confirm_price(live_world.place().number, by=live_world.actor(live_world.sales))
    live_world.operator.is_superuser = True
    live_world.operator.save(update_fields=["is_superuser"])  # not the password of before
    tab = page(width=360)
    log_in(tab, _base(tab), live_world.operator.email, PASSWORD)
    tab.goto("/admin/audit/")
    expect(tab.locator("table.audit")).to_contain_text(grouped(order.number))
    assert tab.evaluate(OVERFLOW) == 0


def test_the_way_in_is_accessible(live_world: World, page: Callable[..., Page]) -> None:
    for width in (360, 1440):
        tab = page(width=width)
        tab.goto("/account/login/")
        assert _complaints(tab) == []


def test_refusals_are_accessible_too(live_world: World, page: Callable[..., Page]) -> None:
    """What is not there, what is not yours, and what has moved on meanwhile."""
    order = live_world.place()
    tab = page(width=360)
    base = _base(tab)
    log_in(tab, base, live_world.sales.email, PASSWORD)
    for path, status in (("/sales/1234567890/", 404), ("/seller/orders/", 403)):
        answer = tab.goto(base + path)
        assert answer is not None and answer.status == status
        assert _complaints(tab) == []
    tab.goto(f"{base}/sales/{order.number}/ask/")
    confirm_price(order.number, by=live_world.actor(live_world.deputy))
    tab.get_by_label("Question to the buyer").fill("Which floor?")
    tab.get_by_role("button", name="Send the question").click()
    expect(tab.get_by_role("main")).to_contain_text("Price confirmed")
    assert _complaints(tab) == []


def _states_and_forms(who: str, orders: dict[str, Order]) -> Iterator[tuple[str, str]]:
    for status, order in orders.items() if who in ORDER_PAGE else ():
        if who != "desk" or status not in NOT_YET_AT_THE_DESK:
            yield f"{status} order", reverse(ORDER_PAGE[who], args=[order.number])
    if who == "buyer":
        yield "placed", reverse("customer:placed", args=[orders["placed"].basket.key])
    for name, status in FORMS[who]:
        yield name, reverse(name, args=[orders[status].number] if status else [])


def _base(tab: Page) -> str:
    tab.goto("/account/login/")
    return tab.url.split("/account/")[0]


def _on_both(tab: Page) -> list[str]:
    """On a phone by day all; then on a desk by night what can differ: the same page's looks."""
    said = _complaints(tab)
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size({"width": 1440, "height": 900})
    said += [f"wide and dark: {complaint}" for complaint in _complaints(tab, OF_LOOKS)]
    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": 360, "height": 900})
    return said


def _complaints(tab: Page, only: list[str] | None = None) -> list[str]:
    tab.evaluate("for (const d of document.querySelectorAll('main details')) d.open = true")
    options = {"resultTypes": ["violations"], **({"runOnly": only} if only else {})}
    results = Axe().run(tab, options=options).response["violations"]
    said = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in results if v["impact"] in SERIOUS]
    overflow = tab.evaluate(OVERFLOW)
    return [*said, *([f"{overflow} px wider than the window"] if overflow > 0 else [])]
