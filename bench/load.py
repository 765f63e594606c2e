"""Clients at work for a while, all in this process, and what that cost the machine."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from bench import cast
from bench.browser import Browser
from bench.data.known import PASSWORD
from bench.work import Desk, NothingLeft, Work

Cpu = dict[str, float]
CLIENTS = 8


@dataclass
class Round:
    """One kind of work for some seconds."""

    units: int
    seconds: float
    times: list[float]  # of each request, seconds
    cpu: Cpu = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Units a second."""
        return self.units / self.seconds


@dataclass(frozen=True)
class Figures:
    """The median of some rounds."""

    rate: float
    p50: float  # milliseconds of one request
    p95: float
    cpu: Cpu  # milliseconds per unit, by process
    units: int

    @property
    def all_cpu(self) -> float:
        """Milliseconds of CPU per unit, the client's left out."""
        return sum(value for name, value in self.cpu.items() if name != "client")


def figures(rounds: Sequence[Round]) -> Figures:
    """The medians of rates and percentiles; CPU per unit over all rounds."""
    units = sum(one.units for one in rounds)
    names = rounds[0].cpu
    return Figures(
        rate=statistics.median(one.rate for one in rounds),
        p50=statistics.median(percentile(one.times, 50) for one in rounds) * 1000,
        p95=statistics.median(percentile(one.times, 95) for one in rounds) * 1000,
        cpu={n: sum(one.cpu[n] for one in rounds) / max(1, units) * 1000 for n in names},
        units=units,
    )


def percentile(values: Iterable[float], percent: float) -> float:
    """The value that so many percent don't exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


async def visitors(
    base: str, who: str, keys: Sequence[str] = (), count: int = CLIENTS
) -> list[Browser]:
    """So many clients of a kind, logged in; programs come with their keys."""
    found = []
    for turn in range(count):
        browser = Browser(base, keys[turn % len(keys)] if who == "program" else "")
        if who != "program":
            await browser.log_in(cast.email(who, turn), PASSWORD)
        browser.things.update(cast.things(who, turn))
        found.append(browser)
    return found


async def drive(
    work: Work, clients: Sequence[Browser], desk: Desk, seconds: float, cpu: Callable[[], Cpu]
) -> Round:
    """All clients do the work until the time is over or nothing is left to do it on."""
    for client in clients:
        client.times.clear()
    before, client_before = cpu(), time.process_time()
    began = time.perf_counter()
    done = await asyncio.gather(*(_turns(work, one, desk, began + seconds) for one in clients))
    took = time.perf_counter() - began
    used = {name: value - before[name] for name, value in cpu().items()}
    used["client"] = time.process_time() - client_before
    return Round(sum(done), took, [t for one in clients for t in one.times], used)


async def _turns(work: Work, client: Browser, desk: Desk, until: float) -> int:
    done = 0
    while time.perf_counter() < until:
        try:
            await work.script(client, desk)
        except NothingLeft:
            break
        done += 1
    return done
