"""The way back over HTTP: a collection through to its points, and an order that spends them."""

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.utils import timezone

from tonerloop.common.references import grouped
from tonerloop.demo.browser import Browser, Page, StoryFailed
from tonerloop.demo.story import NUMBER, expect, log_in, step, type_quantities

BUYER = "buyer@harbour-gate.example"
OFFICE = "office@greenway.example"
DRIVER = "driver@greenway.example"
CLERK = "station@greenway.example"
PART_NUMBER, POINTS = "1T02T60NL0", "100"
LABEL = re.compile(r"P (\d{3})-(\d{3})-(\d{4})")
ASKED = re.compile(r"/order/collection/(\d{10})/")


def run(addresses: Mapping[str, str]) -> None:
    """Take two used cartridges from the request to points, and use points on an order."""
    web = addresses["web"]
    buyer = Browser(web)
    with step("The buyer asks for a collection of two pieces"):
        number, labels = _ask(buyer)
    with step(f"The collector's office schedules {grouped(number)} for today"):
        _schedule(Browser(web), number)
    with step("The driver picks both pieces up"):
        _pick_up(Browser(web), number, labels)
    with step("The recovery centre receives and counts them; points are earned"):
        _count(Browser(web), labels)
    with step(f"The buyer orders and uses {POINTS} points"):
        _spend(buyer, number)


def _ask(buyer: Browser) -> tuple[str, list[str]]:
    log_in(buyer, BUYER, "/order/")
    page = buyer.get("/order/collection/ask/")
    page = buyer.submit(page, page.form(having="pieces"), {"way": "pieces", "pieces": "2"})
    found = ASKED.search(page.url)
    labels = ["P" + "".join(groups) for groups in LABEL.findall(page.text)]
    if found is None or len(labels) != 2:
        raise StoryFailed(f"{page.url} shows no new collection with two labels.")
    return found[1], labels


def _schedule(office: Browser, number: str) -> None:
    page = log_in(office, OFFICE, "/collector/")
    expect(page, grouped(number))
    driver = re.search(r'<option value="(\d+)">Paddy Keane', page.text)
    day = timezone.localdate(timezone=ZoneInfo("Europe/Dublin")).isoformat()
    chosen = {"number": number, "day": day, "driver": driver[1] if driver else ""}
    office.submit(page, page.form(having="driver"), chosen)


def _pick_up(driver: Browser, number: str, labels: list[str]) -> None:
    page = log_in(driver, DRIVER, "/driver/")
    told = {"outcome": "picked_up", "scans": "\n".join(labels)}
    driver.submit(page, page.form(having=f"/driver/{number}/report/"), told)


def _count(clerk: Browser, labels: list[str]) -> None:
    page = log_in(clerk, CLERK, "/recovery/")
    for label in labels:
        for text in (label, PART_NUMBER, "1"):
            page = _scan(clerk, page, text)
    page = _scan(clerk, page, "END")
    expect(page, "2 pieces")


def _scan(clerk: Browser, page: Page, text: str) -> Page:
    page = clerk.submit(page, page.form(having="scan"), {"scan": text})
    if 'data-tone="bad"' in page.text:
        raise StoryFailed(f"The station did not take {text}.")
    return page


def _spend(buyer: Browser, number: str) -> None:
    expect(buyer.get(f"/order/collection/{number}/"), "Counted")
    page = type_quantities(buyer, buyer.get("/order/"), PART_NUMBER)
    field = re.search(r'name="(points-\d+-EUR)"', page.text)
    if field is None:
        raise StoryFailed(f"{page.url} offers no points to use.")
    page = buyer.submit(page, page.form(having="seen"), {field[1]: POINTS})
    found = NUMBER.search(page.text)
    if found is None:
        raise StoryFailed(f"{page.url} names no order.")
    expect(buyer.get(f"/order/orders/{found[1]}/"), f"{POINTS} points used")
