"""`make bench`: how fast the real product is, beside an empty page and PostgreSQL alone.

`python -m bench.run` is the short mode (under 3 minutes once its data set is made), `… full` all
of it. Nothing is switched off: sessions, CSRF, headers, journal and jobs run as always.
"""

import argparse
import asyncio
import os
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bench import store

if TYPE_CHECKING:
    from bench.budgets import Measured
    from bench.growth import Growth
    from tonerloop.config import embedded


@dataclass(frozen=True)
class Mode:
    """How much of everything is done."""

    name: str
    base: str  # the data set of most work
    small: str
    large: str
    rounds: int
    seconds: float
    orders: int  # in the queue that workers empty
    stream: float  # seconds
    requests: int  # over which memory is watched
    workers: tuple[int, ...]
    starts: int


MODES = {
    mode.name: mode
    for mode in (
        Mode("short", "T", "S", "T", 2, 1.0, 60, 6.0, 1_600, (1, 2), 1),
        Mode("full", "M", "S", "L", 4, 3.0, 400, 30.0, 100_000, (1, 2, 4), 3),
    )
}


def main() -> None:
    """Make the data sets that are missing, measure, write and print the results."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("mode", nargs="?", choices=MODES, default="short")
    mode = MODES[parser.parse_args().mode]
    took = store.built(dict.fromkeys((mode.base, mode.small, mode.large)))
    began, cpu, busy = time.perf_counter(), time.process_time(), os.getloadavg()[0]
    with store.serving() as server:
        database = store.copied(server, mode.base)
        use(server, database)
        from bench.results import RESULTS, report

        found = _measure(server, mode, database)
        share = (time.process_time() - cpu) / (time.perf_counter() - began) / (os.cpu_count() or 1)
        text = report(found, head=_head(mode, took, time.perf_counter() - began, share, busy))
    RESULTS.write_text(text + "\n")
    print(text)


def use(server: "embedded.Server", database: str) -> None:
    """Let this process's Django use the database; it asks from within a loop, too."""
    own = {"DJANGO_ALLOW_ASYNC_UNSAFE": "1", "TONERLOOP_WEBHOOK_PRIVATE": "1"}
    own["TONERLOOP_WALL"] = "open"  # what is measured runs in processes of its own, behind walls
    os.environ.update({**store.environment(server, database), **own})
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")


def _measure(server: "embedded.Server", mode: Mode, database: str) -> "Measured":
    from bench import jobs, latency, rates, serving
    from bench.budgets import Measured
    from bench.stack import stack

    with stack(server, database) as one:
        _say("rates")
        found = asyncio.run(rates.measure(one, rounds=mode.rounds, seconds=mode.seconds))
        _say("ways")
        ways = latency.follow(one, rate=20, seconds=mode.stream)
        _say("jobs")
        done = [jobs.full_queue(one, workers, mode.orders) for workers in mode.workers]
        queue = jobs.stream(one, rate=80, seconds=mode.stream, workers=2)
        _say("memory and start")
        memory = serving.memory(one, mode.requests)
        start = serving.start_time(one, mode.starts)
    _say(f"growth, {mode.small} → {mode.large}")
    growth = _growth(server, mode)
    return Measured(found, done, queue, ways, memory, start, growth, f"{mode.small} → {mode.large}")


def _growth(server: "embedded.Server", mode: Mode) -> "list[Growth]":
    """On fresh copies: what was ordered meanwhile would count as growth."""
    from django.db import connections

    from bench.growth import compare
    from bench.stack import stack

    connections.close_all()
    small, large = (store.copied(server, name) for name in (mode.small, mode.large))
    with stack(server, small, workers=0) as a, stack(server, large, workers=0) as b:
        return compare(a, b, rounds=mode.rounds, seconds=mode.seconds / 2)


def _head(mode: Mode, took: dict[str, float], seconds: float, share: float, busy: float) -> str:
    from bench.data.sizes import SIZES
    from bench.machine import versions

    sets = "; ".join(
        f"{name}: {SIZES[name].customers:,} customers, {SIZES[name].machines:,} machines,"
        f" {SIZES[name].agreements:,} agreements, {SIZES[name].orders:,} orders,"
        f" {SIZES[name].pieces:,} pieces" + (f", made in {made:.0f} s" if made else "")
        for name, made in took.items()
    )
    return (
        f"Written by `make bench` in its {mode.name} mode on {datetime.now():%Y-%m-%d %H:%M}"  # noqa: DTZ005
        f" in {seconds / 60:.1f} minutes. {versions()}. Everything on this machine; the clients"
        f" took {share:.0%} of its CPU; its load when it began was {busy:.1f}."
        f" Work was done on set {mode.base}. Sets: {sets}. Six customers are the same in every set"
        " and measured; S has no others, one of its six has all further orders: so its lists have"
        " as many rows to a page as those of L (its salesperson's queue has more).\n\n"
        "Only ratios within one run mean something: a machine's pace changes from minute to minute."
    )


def _say(text: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {text}", flush=True)  # noqa: DTZ005


if __name__ == "__main__":
    main()
