"""What was to be reached, what was reached, and where the time goes where it was not."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

from bench.growth import Growth
from bench.jobs import Jobs, Queue
from bench.latency import Ways
from bench.load import Figures, percentile
from bench.rates import Rates
from bench.serving import Memory, Start
from bench.work import BY_API, EMPTY, PAGES, SCREEN, WHOLE

MOST_P95, MOST_MB, MOST_START = 100, 150, 3
MOST_GROWTH, FLAT = 2.0, 1.1


@dataclass(frozen=True)
class Measured:
    """All that one run found; None or empty where its mode leaves it out."""

    rates: Rates
    jobs: list[Jobs]
    queue: Queue
    ways: Ways
    memory: Memory
    start: Start
    growth: list[Growth]
    large: str = ""  # between which sets it grew


@dataclass(frozen=True)
class Budget:
    """One line of the table."""

    wanted: str
    reached: str
    held: bool
    why: str = ""


def budgets(found: Measured) -> Iterator[Budget]:
    """Every budget beside what this run reached."""
    yield from _shares(found.rates)
    yield from _slowest(found.rates)
    yield from _growths(found)
    yield from _waits(found.ways, found.queue)
    yield from _served(found)


def _shares(rates: Rates) -> Iterator[Budget]:
    empty = rates.product[EMPTY.name]
    for work, share in ((WHOLE, 0.06), (SCREEN, 0.20)):
        one = rates.product[work.name]
        yield _share(f"{work.name}: {share:.0%} of the empty page", one, empty.rate, share)
    one, alone = rates.product[BY_API.name], rates.alone[BY_API.name]
    yield _share(f"{BY_API.name}: 25% of pgbench", one, alone.rate, 0.25)
    worst = min((rates.product[page.name].rate, page.name) for page in PAGES)[1]
    one = rates.product[worst]
    yield _share(f"any other page: 10% of the empty page ({worst})", one, empty.rate, 0.10)


def _share(wanted: str, one: Figures, of: float, share: float) -> Budget:
    reached = one.rate / of
    text = f"{reached:.1%} ({one.rate:.1f}/s of {of:.0f}/s)"
    return Budget(wanted, text, reached >= share, _spent(one))


def _spent(one: Figures) -> str:
    """Where a unit's CPU goes."""
    parts = [f"{name} {one.cpu[name]:.1f} ms" for name in ("web", "worker", "postgres")]
    return "CPU of a unit: " + ", ".join(parts)


def _slowest(rates: Rates) -> Iterator[Budget]:
    pages = (EMPTY, SCREEN, WHOLE, *PAGES)
    p95, name = max((rates.product[page.name].p95, page.name) for page in pages)
    why = f"{name}; {_spent(rates.product[name])}"
    yield Budget(
        f"no page's p95 over {MOST_P95} ms at 8 clients",
        f"{p95:.0f} ms",
        p95 <= MOST_P95,
        why,
    )


def _growths(found: Measured) -> Iterator[Budget]:
    if not found.growth:
        return
    most = max(found.growth, key=lambda one: one.more_buffers)
    counts = f"{most.name}: {most.buffers[0]:.0f} → {most.buffers[1]:.0f}"
    held = most.more_buffers <= MOST_GROWTH
    wanted = f"{found.large}: no request reads over 2× the buffers"
    yield Budget(wanted, f"{most.more_buffers:.1f}×", held, counts)
    slow = max(found.growth, key=lambda one: one.longer)
    times = f"{slow.name}: p95 {slow.p95[0]:.0f} → {slow.p95[1]:.0f} ms"
    held = slow.longer <= MOST_GROWTH
    yield Budget(f"{found.large}: no p95 grows over 2×", f"{slow.longer:.1f}×", held, times)


def _waits(ways: Ways, queue: Queue) -> Iterator[Budget]:
    times = ways.confirmed_to_webhook
    p50, p99 = percentile(times, 50) * 1000, percentile(times, 99) * 1000
    came = f"{len(times)} messages while {ways.placed:.1f} orders/s came in"
    held = bool(times) and ways.placed > 19
    wanted = "price confirmed → webhook, while 20 orders/s come in: "
    yield Budget(f"{wanted}p50 under 150 ms", f"{p50:.0f} ms", held and p50 < 150, came)
    yield Budget(f"{wanted}p99 under 1 s", f"{p99:.0f} ms", held and p99 < 1000, came)
    reached = f"{queue.growth:+.1f} jobs/s at {queue.placed:.1f} orders/s"
    held = queue.placed >= 0.95 * queue.offered and queue.growth <= 0.5
    why = (
        f"{queue.offered:.0f}/s were offered, {queue.placed:.1f}/s placed; longest {queue.longest}"
    )
    yield Budget("queue never grows at 80 orders/s with two workers", reached, held, why)


def _served(found: Measured) -> Iterator[Budget]:
    most, first = max(found.memory.samples), found.memory.samples[0]
    last, count = found.memory.samples[-1], found.memory.requests
    why = f"{first:.0f} → {last:.0f} MB over {count:,} requests"
    held = most < MOST_MB
    yield Budget(f"web process under {MOST_MB} MB resident", f"{most:.0f} MB", held, why)
    grown = last / first
    held = count >= 100_000 and grown <= FLAT
    yield Budget("flat over 100,000 requests", f"{grown:.2f}×", held, why)
    start, cores = found.start, os.cpu_count() or 1
    why = f"of which {start.cpu:.1f} s of CPU, with {cores} cores"
    held = start.seconds <= MOST_START
    yield Budget("`tonerloop serve` ready within 3 s", f"{start.seconds:.1f} s", held, why)
