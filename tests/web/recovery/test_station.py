"""The station in a real browser, as a clerk with a scanner and gloves uses it: no mouse."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.lively import enliven_collection
from tests.world import PASSWORD, World
from tonerloop.collection.models import Count, Label
from tools.crawl import log_in

pytestmark = pytest.mark.browser
FIELD = "#scan"


class Clerk:
    """A keyboard-wedge scanner: types without a pause and ends with Enter (or Tab)."""

    def __init__(self, tab: Page) -> None:
        self.tab = tab

    def scan(self, *texts: str, end: str = "Enter") -> None:
        for text in texts:
            self.tab.keyboard.insert_text(text)
            self.tab.keyboard.press(end)

    def hears(self, words: str | re.Pattern[str], tone: str) -> None:
        answer = self.tab.locator("#answer")
        expect(answer).to_contain_text(words)
        expect(answer).to_have_class(f"answer {tone}")
        expect(self.tab.locator(FIELD)).to_be_focused()
        expect(self.tab.locator(FIELD)).to_have_value("")


def received(world: World) -> tuple[str, str]:
    """A container at the centre with another piece's label, neither counted."""
    enliven_collection(world)
    fresh = world.collection(2)
    return tuple(fresh.labels.order_by("pk").values_list("identifier", flat=True))  # type: ignore[return-value]


@pytest.fixture
def clerk(live_world: World, page: Callable[..., Page]) -> Clerk:
    tab = page(width=360)
    log_in(tab, "", live_world.clerk.email, PASSWORD)
    tab.goto("/recovery/")
    return Clerk(tab)


def test_a_scanner_faster_than_the_server_loses_nothing(live_world: World, clerk: Clerk) -> None:
    """Label, model and condition of two pieces in one go, the first label twice within 200 ms."""
    first, second = received(live_world)
    clerk.scan(first, first, "NPG-67-BK", "1", second, "NPG-67-BK", "2")
    clerk.hears("Counted: Recyclable", "good")
    assert Count.objects.filter(piece__label__identifier__in=(first, second)).count() == 2
    size = clerk.tab.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('#answer')).fontSize)"
    )
    assert size >= 22


def test_after_a_wrong_scan_what_came_too_fast_is_told_and_not_counted(
    live_world: World, clerk: Clerk
) -> None:
    first, _second = received(live_world)
    before = Count.objects.count()
    held: list[Route] = []

    def line(route: Route, request: Request) -> None:
        if request.method == "POST" and not held:
            held.append(route)  # until all three were scanned, however quick the server is
        else:
            route.continue_()

    clerk.tab.route("**/recovery/", line)
    clerk.scan("B1234567891", "NPG-67-BK", "1", end="Tab")
    while not held:
        clerk.tab.wait_for_timeout(50)
    held[0].continue_()
    clerk.hears("came too fast after this: NPG-67-BK, 1", "bad")
    clerk.scan(first)
    clerk.hears("single piece", "good")
    assert Count.objects.count() == before


def test_without_a_connection_the_scan_is_kept_told_and_sent_again(
    live_world: World, clerk: Clerk
) -> None:
    first, _second = received(live_world)
    cut = True

    def line(route: Route, request: Request) -> None:
        if cut and request.method == "POST":
            route.abort("connectionfailed")
        else:
            route.continue_()

    clerk.tab.route("**/recovery/", line)
    clerk.scan(first)
    clerk.hears(f"No connection. “{first}” is kept", "bad")
    clerk.tab.keyboard.insert_text("NPG")  # goes on typing
    cut = False
    clerk.tab.evaluate("dispatchEvent(new Event('online'))")
    expect(clerk.tab.locator("#answer")).to_contain_text("single piece")
    expect(clerk.tab.locator(FIELD)).to_have_value("NPG")
    assert Label.objects.get(identifier=first).received_at


def test_the_scan_goes_into_the_field_wherever_the_focus_is(
    live_world: World, clerk: Clerk
) -> None:
    first, _second = received(live_world)
    clerk.tab.locator("a:visible").first.focus()
    clerk.tab.keyboard.type(first)
    clerk.tab.keyboard.press("Enter")
    clerk.hears("single piece", "good")
    assert Label.objects.get(identifier=first).received_at
