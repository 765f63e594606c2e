"""`python -m bench.scan [pieces] [orders]`: what a scan at the station takes among many pieces.

A clerk's scans through the whole stack (HTTP, session, verbs, commit, page): a new piece's label,
its model, its condition, which counts it. Also the order screen, whose band sums what was counted
and delivered. "Empty page" is the measure: what the machine needs for next to nothing at that time.
"""

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from html import unescape
from pathlib import Path

from bench.client import Browser
from bench.many import fill
from bench.results import keep
from bench.stack import stack

ROUNDS = 200
STATE = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
Times = dict[str, list[float]]


def timed(times: Times, name: str, act: Callable[[], int]) -> None:
    """Do it, note the milliseconds; anything but a page ends the measurement."""
    start = time.perf_counter()
    status = act()
    times.setdefault(name, []).append((time.perf_counter() - start) * 1000)
    assert status == 200, f"{name}: {status}"


class Station:
    """The clerk's page: each scan goes on from what the page carried."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        browser.get("/recovery/")

    def scan(self, text: str) -> int:
        """One scan."""
        found = dict(STATE.findall(self.browser.text))
        state = {name: unescape(value) for name, value in found.items()}
        return self.browser.post("/recovery/", {**state, "scan": text})


def measure(base: str) -> Times:
    """200 pieces of a container that waits at the centre, then the order screen."""
    clerk, buyer, box, model = _cast()
    times, station = Times(), Station(_browser(base, clerk))
    timed(times, "scan: container", lambda: station.scan(box))
    for _ in range(ROUNDS):
        timed(times, "scan: new piece", lambda: station.scan("N"))
        timed(times, "scan: model", lambda: station.scan(model))
        timed(times, "scan: condition, counted", lambda: station.scan("1"))
    customer = _browser(base, buyer)
    for _ in range(ROUNDS // 4):
        timed(times, "empty page, logged in", lambda: customer.get("/switch/"))
    for _ in range(ROUNDS // 4):
        timed(times, "order screen with its band", lambda: customer.get("/order/"))
    return times


def _browser(base: str, email: str) -> Browser:
    """Logged in just now: the server closes connections on which nothing is asked for a while."""
    browser = Browser(base)
    browser.log_in(email, "demo")
    return browser


def _cast() -> tuple[str, str, str, str]:
    """Who scans, a buyer; a container at the centre and a model."""
    from tonerloop.catalogue.models import Consumable
    from tonerloop.collection.models import Label, Registration
    from tonerloop.parties.models import Membership

    box = Label.objects.filter(request__status="received").select_related("request")[0]
    assert box.request is not None
    model = Consumable.objects.filter(collectable=True).order_by("pk")[0]
    role = Membership.objects.select_related("person").order_by("pk")
    clerk = role.filter(role="clerk", centre_id=box.request.centre_id)[0]
    taking = Registration.objects.order_by("pk")[0]  # the one that the new ones are copies of
    buyer = role.filter(role="buyer", customer_id=taking.customer_id)[0]
    return clerk.person.email, buyer.person.email, box.identifier, model.part_number


def report(times: Times, pieces: int, orders: int) -> str:
    """The figures as a table."""
    lines = [
        f"`python -m bench.scan {pieces} {orders}`: the whole stack over HTTP, one clerk,",
        f"one scan after the other, among {pieces:,} earlier pieces and {3 * orders:,}",
        f"delivered order lines of 2,000 customers; {os.cpu_count()} cores, all on one machine.",
        "",
        "| work | times | p50 ms | p95 ms |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, found in times.items():
        p95 = statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]
        lines.append(f"| {name} | {len(found)} | {statistics.median(found):.0f} | {p95:.0f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Start a stack of its own, fill it, measure, write and print the results."""
    given = [int(text) for text in sys.argv[1:]]
    pieces, orders = (given + [1_000_000, 0][len(given) :])[:2]
    with tempfile.TemporaryDirectory(prefix="tonerloop-bench-") as folder, stack(Path(folder)) as s:
        start = time.perf_counter()
        fill(s.superuser, pieces=pieces, orders=orders)
        print(f"filled in {time.perf_counter() - start:.0f} s", flush=True)
        text = report(measure(s.url), pieces, orders)
    keep("A scan among many pieces", text)
    print(text)


if __name__ == "__main__":
    main()
