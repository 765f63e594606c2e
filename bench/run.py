"""`make bench`: how fast the real stack is, as ratios to an empty page in the same run.

Rounds of each kind of work alternate, so that a noisy minute touches all of them; the median
counts. Nothing is switched off: sessions, CSRF, headers, journal and jobs run as always.
"""

import os
import platform
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench.client import Browser
from bench.results import keep
from bench.stack import stack

CLIENTS, ROUNDS, SECONDS = 8, 5, 3.0
QUANTITY = re.compile(r'name="(q-\d+-\d+)"')
FIELD = re.compile(r'<input type="hidden" name="(key|seen)" value="([^"]*)"')
Work = Callable[[Browser], int]


def empty_page(browser: Browser) -> int:
    """A page for somebody logged in that shows next to nothing."""
    assert browser.get("/switch/") == 200
    return 1


def order_screen(browser: Browser) -> int:
    """The buyer's supply sheet."""
    assert browser.get("/order/") == 200
    return 1


def own_orders(browser: Browser) -> int:
    """The buyer's list of orders."""
    assert browser.get("/order/orders/") == 200
    return 1


def whole_order(browser: Browser) -> int:
    """Order screen, review, confirm, afterwards: four pages, one order."""
    from html import unescape

    browser.get("/order/")
    field = QUANTITY.findall(browser.text)[0]
    assert browser.follow("/order/", {field: "1"}) == 200, browser.text[:500]
    hidden = {name: unescape(value) for name, value in FIELD.findall(browser.text)}
    fields = {**hidden, "reference": "bench", "requested_date": ""}
    assert browser.follow("/order/review/", fields) == 200, browser.text[:500]
    return 1


WORK: list[tuple[str, Work]] = [
    ("empty page, logged in", empty_page),
    ("order screen", order_screen),
    ("your orders", own_orders),
    ("whole browser order (4 pages)", whole_order),
]


def rate(work: Work, browsers: list[Browser]) -> tuple[float, float]:
    """Units a second by all browsers at once, and the 95th percentile in milliseconds."""
    stop, times = time.perf_counter() + SECONDS, list[float]()

    def drive(browser: Browser) -> None:
        while (start := time.perf_counter()) < stop:
            work(browser)
            times.append(time.perf_counter() - start)

    began = time.perf_counter()
    threads = [threading.Thread(target=drive, args=(b,)) for b in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(times) < 2:
        sys.exit("bench: nothing was measured; see the lines above")
    return len(times) / (time.perf_counter() - began), statistics.quantiles(times, n=20)[-1] * 1000


def measure(base: str, emails: list[str]) -> list[tuple[str, float, float]]:
    """Median rate and p95 of each kind of work over alternating rounds."""
    # One person each: two browsers of one buyer would share a basket and take it from each other.
    browsers = [Browser(base) for _ in emails[:CLIENTS]]
    for email, browser in zip(emails, browsers, strict=False):
        browser.log_in(email, "demo")
    found: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in WORK}
    for _ in range(ROUNDS):
        for name, work in WORK:
            found[name].append(rate(work, browsers))
    return [
        (name, statistics.median(r for r, _ in runs), statistics.median(p for _, p in runs))
        for name, runs in found.items()
    ]


def report(rows: list[tuple[str, float, float]]) -> str:
    """The results as a table; the first row is what the others are measured by."""
    base = rows[0][1]
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, one client per buyer,",
        f"median of {ROUNDS} alternating rounds of {SECONDS:.0f} s, demo data. Only the ratios",
        "within one run mean something; `make bench` writes this file.",
        "",
        "| work | a second | of the empty page | p95 ms |",
        "| --- | ---: | ---: | ---: |",
    ]
    lines += [f"| {n} | {r:.0f} | {r / base:.0%} | {p:.0f} |" for n, r, p in rows]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Start a stack of its own, measure, write and print the results."""
    with tempfile.TemporaryDirectory(prefix="tonerloop-bench-") as folder, stack(Path(folder)) as s:
        text = report(measure(s.url, s.buyers))
    keep("Pages and orders", text)
    print(text)


if __name__ == "__main__":
    main()
