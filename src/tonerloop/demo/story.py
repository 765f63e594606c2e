"""One order through all steps over HTTP, each person in a browser of their own."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.utils import timezone

from tonerloop.common.references import grouped
from tonerloop.demo.browser import Browser, Form, Page, StoryFailed
from tonerloop.demo.people import PASSWORD

__all__ = ["StoryFailed", "run"]

BUYER = "athlone@harbour-gate.example"
SALESPERSON = "sales@liffey-office.example"
MAILBOX = "orders@liffey-office.example"
DESK = "desk@kyocera.example"
PART_NUMBER, PIECES = "1T02T60NL0", "2"
PROGRAM_WITHIN, MAIL_WITHIN = 12.0, 90.0  # seconds
NUMBER = re.compile(r"/order/orders/(\d{10})/")
CHIP = re.compile(r'<span class="chip[^>]*>(.*?)</span>', re.DOTALL)


def run(addresses: Mapping[str, str]) -> None:
    """Take an order from the order screen to its e-mails, telling each step with its time.

    `addresses` has "web" and "mailbox". Raises StoryFailed with what went wrong.
    """
    web, mails = addresses["web"], addresses["mailbox"].rstrip("/") + "/messages.json"
    buyer, number = Browser(web), ""
    with step("The buyer logs in and sees the order screen"):
        page = log_in(buyer, BUYER, "/order/")
    with step(f"The buyer types {PIECES} of {PART_NUMBER} and goes to review"):
        page = type_quantities(buyer, page, PART_NUMBER)
    with step("The buyer confirms; the order is placed"):
        number = _confirm(buyer, page)
    with step(f"The salesperson finds order {grouped(number)} on the phone"):
        phone = Browser(web)
        expect(log_in(phone, SALESPERSON, "/sales/"), grouped(number))
    with step("The salesperson confirms the price; the request goes out"):
        page = phone.get(f"/sales/{number}/")
        phone.submit(page, page.form(having="/confirm/"))
    with step("The manufacturer approves"):
        _wait_for_approval(web, buyer, number)
    with step("The e-mails to buyer and seller arrive"):
        _wait_for_mails(mails, number)
    with step("The buyer finishes; the session has ended"):
        _log_out(buyer)


@contextmanager
def step(words: str) -> Iterator[None]:
    """Tell one step with its time."""
    began = time.monotonic()
    print(f"  {words:<64}", end="", flush=True)
    try:
        yield
    except StoryFailed:
        print(" failed", flush=True)
        raise
    print(f"{1000 * (time.monotonic() - began):>8.0f} ms", flush=True)


def log_in(browser: Browser, email: str, where: str) -> Page:
    """The page that somebody wanted, after the log-in that comes before it."""
    page = browser.get(where)
    filled = {"login": email, "password": PASSWORD}
    page = browser.submit(page, page.form(having="password"), filled)
    if "/login/" in page.url:
        raise StoryFailed(f"{email} could not log in.")
    return page


def type_quantities(browser: Browser, page: Page, part: str) -> Page:
    """Empty the sheet, as an earlier visitor may have left something, and ask for our part."""
    form = page.form(having="q-")
    fields = [name for name in form.fields if name.startswith("q-")]
    ours = _field_of(page, fields, part)
    return browser.submit(page, form, dict.fromkeys(fields, "") | {ours: PIECES})


def _field_of(page: Page, fields: list[str], number: str) -> str:
    """The first quantity field in whose row the part number stands."""
    places = sorted((page.text.index(f'name="{name}"'), name) for name in fields)
    part = page.text.find(number)
    if part < 0 or not places:
        raise StoryFailed(f"The order screen does not show {number}.")
    return next((name for place, name in places if place > part), places[-1][1])


def _confirm(browser: Browser, page: Page) -> str:
    expect(page, PART_NUMBER)
    page = browser.submit(page, page.form(having="seen"))
    for number in dict.fromkeys(NUMBER.findall(page.text)):
        if PART_NUMBER in browser.get(f"/order/orders/{number}/").text:
            return str(number)
    raise StoryFailed(f"{page.url} names no order with {PART_NUMBER}.")


def _wait_for_approval(web: str, buyer: Browser, number: str) -> None:
    """By the manufacturer's program; where none runs, by the operator at its desk."""
    if _within(PROGRAM_WITHIN, lambda: _is_approved(buyer, number)):
        return
    desk = Browser(web)
    log_in(desk, DESK, "/desk/")
    page = desk.get(f"/desk/orders/{number}/")
    form = _approval_form(page)
    if form is not None:
        day = timezone.localdate() + timedelta(days=3)
        desk.submit(page, form, {"promised_date": day.isoformat(), "reference": "KD-DEMO"})
    if not _within(PROGRAM_WITHIN, lambda: _is_approved(buyer, number)):
        raise StoryFailed(f"Order {grouped(number)} was not approved.")


def _approval_form(page: Page) -> Form | None:
    """None where the program was faster after all."""
    return next((form for form in page.forms if "promised_date" in form.fields), None)


def _is_approved(browser: Browser, number: str) -> bool:
    text = browser.get(f"/order/orders/{number}/").text
    return any(re.sub("<[^>]*>", "", chip).strip() == "Approved" for chip in CHIP.findall(text))


def _wait_for_mails(address: str, number: str) -> None:
    wanted = {BUYER, MAILBOX, SALESPERSON}
    missing = set(wanted)

    def all_arrived() -> bool:
        found = [mail["to"] for mail in _mails(address) if grouped(number) in mail["text"]]
        missing.difference_update(found)
        return not missing

    if not _within(MAIL_WITHIN, all_arrived):
        who = ", ".join(sorted(missing))
        raise StoryFailed(f"No e-mail about order {grouped(number)} has reached {who}.")


def _mails(address: str) -> list[dict[str, Any]]:
    try:
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own mailbox
            found: list[dict[str, Any]] = json.load(answer)
            return found
    except (URLError, OSError, ValueError) as error:
        raise StoryFailed(f"The mailbox {address} did not answer: {error}") from error


def _log_out(browser: Browser) -> None:
    page = browser.get("/account/logout/")
    browser.submit(page, page.form(having="/logout/"))
    if "/login/" not in browser.get("/order/").url:
        raise StoryFailed("The buyer is still logged in after finishing.")


def _within(seconds: float, happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.25)
    return True


def expect(page: Page, words: str) -> None:
    """StoryFailed unless the page shows the words."""
    if words not in page.text:
        raise StoryFailed(f"{page.url} does not show {words}.")
