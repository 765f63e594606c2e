"""Buyers and their programs, who order without pause and repeat what was not answered."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from deploy.loopback.client import Browser

QUANTITY = re.compile(r'name="(q-\d+-\d+)"')
FIELD = re.compile(r'<input type="hidden" name="(key|seen)" value="([^"]*)"')
PAUSE = 0.25  # seconds between two tries and between two orders
BROKEN = (OSError, HTTPException, AssertionError, IndexError)


@dataclass(frozen=True)
class Placed:
    """A wish that was answered "placed": its own reference, and the try that succeeded."""

    way: str
    reference: str
    began: float  # of that try, time.monotonic
    answered: float
    tries: int


@dataclass
class Load:
    """What all clients were answered."""

    placed: list[Placed] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self, work: Callable[["Load"], None]) -> None:
        """One more client."""
        thread = threading.Thread(target=work, args=(self,), daemon=True)
        self.threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Let every client finish its wish."""
        self.stopping.set()
        for thread in self.threads:
            thread.join(90)

    def until_placed(self, way: str, reference: str, attempt: Callable[[], int]) -> None:
        """Send the same again and again until it is answered "placed"; 4xx ends the wish."""
        tries = 0
        while not (self.stopping.is_set() and tries > 60):
            tries, began = tries + 1, time.monotonic()
            try:
                status = attempt()
            except BROKEN as error:
                self.answers[f"{way}: {type(error).__name__}"] += 1
                time.sleep(PAUSE)
                continue
            self.answers[f"{way}: {status}"] += 1
            if status in (201, 302):
                now = time.monotonic()
                self.placed.append(Placed(way, reference, began, now, tries))
                return
            if status < 500:
                return
            time.sleep(PAUSE)


def by_program(base: str, key: str, line: dict[str, int]) -> Callable[[Load], None]:
    """A program that orders one line, each wish under its own `Idempotency-Key`."""

    def work(load: Load) -> None:
        while not load.stopping.is_set():
            reference = f"P-{uuid4().hex[:16]}"
            body = {"lines": [{**line, "quantity": 1}], "reference": reference}
            headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": reference}
            load.until_placed("program", reference, lambda: _post(base, body, headers))  # noqa: B023
            time.sleep(PAUSE)

    return work


def by_browser(base: str, email: str, password: str) -> Callable[[Load], None]:
    """A buyer who goes from the order screen to the confirmation, and presses it again."""

    def work(load: Load) -> None:
        browser = Browser(base)
        browser.log_in(email, password)
        while not load.stopping.is_set():
            try:
                fields = _reviewed(browser)
            except BROKEN:
                browser.connection.close()
                time.sleep(PAUSE)
                continue
            reference = f"B-{uuid4().hex[:16]}"
            fields |= {"reference": reference, "requested_date": ""}
            token = browser.text
            load.until_placed("browser", reference, lambda: _confirm(browser, token, fields))  # noqa: B023
            time.sleep(PAUSE)

    return work


def _post(base: str, body: dict[str, Any], headers: dict[str, str]) -> int:
    connection = HTTPConnection(urlsplit(base).netloc, timeout=20)
    try:
        sent = {**headers, "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/orders", json.dumps(body), sent)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _reviewed(browser: Browser) -> dict[str, str]:
    assert browser.get("/order/") == 200
    field = QUANTITY.findall(browser.text)[0]
    assert browser.follow("/order/", {field: "1"}) == 200
    return {name: unescape(value) for name, value in FIELD.findall(browser.text)}


def _confirm(browser: Browser, page: str, fields: dict[str, str]) -> int:
    browser.text = page  # the page is still open, whatever the last try was answered
    try:
        return browser.post("/order/review/", fields)
    except BROKEN:
        browser.connection.close()
        raise
