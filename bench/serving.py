"""The web server itself: its memory over many requests, and how soon it is ready."""

import asyncio
import time
from dataclasses import dataclass

from bench import store
from bench.load import visitors
from bench.machine import cpu_seconds, resident_mb
from bench.stack import Stack, ready
from bench.work import EMPTY, PAGES, SCREEN, Desk
from tonerloop.config import ports
from tonerloop.config.processes import Family, tonerloop

MIXED = (EMPTY, EMPTY, EMPTY, SCREEN, EMPTY, PAGES[0])


@dataclass(frozen=True)
class Memory:
    """Resident memory of the largest web process in MB, at ten moments of so many requests."""

    requests: int
    samples: list[float]


def memory(stack: Stack, requests: int) -> Memory:
    """So many requests for a mixture of a buyer's pages."""
    return asyncio.run(_memory(stack, requests))


async def _memory(stack: Stack, requests: int) -> Memory:
    clients = await visitors(stack.url, "buyer")
    samples, part = [], requests // 10 // len(clients)
    for _ in range(10):
        await asyncio.gather(*(_requests(one, part) for one in clients))
        samples.append(resident_mb(stack.pid("web")))
    return Memory(part * 10 * len(clients), samples)


async def _requests(client: object, count: int) -> None:
    desk = Desk()
    for turn in range(count):
        await MIXED[turn % len(MIXED)].script(client, desk)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Start:
    """Seconds from the start of `tonerloop serve` until it is ready, and of CPU it took."""

    seconds: float
    cpu: float


def start_time(stack: Stack, times: int = 3) -> Start:
    """The median of some starts, the database running already."""
    found = []
    for _ in range(times):
        port, live = ports.any_free(), ports.any_free()
        variables = {
            **store.environment(stack.server, stack.database),
            "TONERLOOP_PORT": str(port),
            "TONERLOOP_LIVE_PORT": str(live),
            "TONERLOOP_URL": f"http://127.0.0.1:{port}",
        }
        with Family(logs=store.HOME / "serve", environment=variables) as family:
            began = time.perf_counter()
            started = family.start("serve", tonerloop("serve"))
            ready(f"http://127.0.0.1:{port}", family)
            took = time.perf_counter() - began
            found.append(Start(took, cpu_seconds(started.process.pid)))
    return sorted(found, key=lambda one: one.seconds)[len(found) // 2]
