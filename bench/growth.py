"""From the smallest set to the largest: what each request reads, and how long it takes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, connections

from bench import cast
from bench.load import Figures, drive, figures, visitors
from bench.stack import Stack
from bench.visitor import Within, at_once
from bench.work import APPROVE, BY_API, CONFIRM, PAGES, SCREEN, WHOLE, Desk, Work

COMPARED = (SCREEN, WHOLE, *PAGES)
READS = """
SELECT sum(coalesce(hits, 0) + coalesce(reads, 0)) FROM pg_stat_get_backend_io(pg_backend_pid())
 WHERE object = 'relation'
"""
CLIENTS = 4


@dataclass(frozen=True)
class Growth:
    """One kind of work on the small and on the large set."""

    name: str
    buffers: tuple[float, float]
    p95: tuple[float, float]  # milliseconds; zeros where it was not timed

    @property
    def more_buffers(self) -> float:
        """How many times as many buffers the large set needs."""
        return self.buffers[1] / max(1.0, self.buffers[0])

    @property
    def longer(self) -> float:
        """How many times as long the 95th percentile is."""
        return self.p95[1] / self.p95[0] if self.p95[0] else 0.0


def compare(small: Stack, large: Stack, *, rounds: int, seconds: float) -> list[Growth]:
    """The same work on both, in alternating rounds."""
    buffers = []
    for stack in (small, large):
        with on(stack):
            buffers.append(_buffers())
    times = asyncio.run(_times(small, large, rounds, seconds))
    return [
        Growth(
            name,
            (count, buffers[1][name]),
            (times[0][name].p95, times[1][name].p95) if name in times[0] else (0.0, 0.0),
        )
        for name, count in buffers[0].items()
    ]


@contextmanager
def on(stack: Stack) -> Iterator[None]:
    """Inside, this process's Django uses the stack's database."""
    settings: dict[str, Any] = connection.settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = stack.database
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before


def _buffers() -> dict[str, float]:
    """Shared buffers that one unit of each work reads, the second time that it is done."""
    desk, keys = cast.desk(), cast.keys()
    return {work.name: _reads(work, desk, keys) for work in (*COMPARED, BY_API, CONFIRM, APPROVE)}


def _reads(work: Work, desk: Desk, keys: list[str]) -> float:
    someone = within(work.who, keys)
    if work in (CONFIRM, APPROVE):
        _lead_to(work, desk, keys)
    at_once(work.script(someone, desk))  # type: ignore[arg-type]
    before = _read_until_now()
    at_once(work.script(someone, desk))  # type: ignore[arg-type]
    return _read_until_now() - before


def _lead_to(work: Work, desk: Desk, keys: list[str]) -> None:
    """Two orders that wait for this step."""
    program, sales = within("program", keys), within("sales", keys)
    desk.placed.clear()
    for _ in range(2):
        at_once(BY_API.script(program, desk))  # type: ignore[arg-type]
    for _ in range(2 if work is APPROVE else 0):
        at_once(CONFIRM.script(sales, desk))  # type: ignore[arg-type]


def within(who: str, keys: list[str]) -> Within:
    """A visitor in this process."""
    from django.test import Client

    from tonerloop.parties.models import Person

    someone = Within(Client(), keys[0] if who == "program" else "")
    if who != "program":
        someone.client.force_login(Person.objects.get(email=cast.email(who, 0)))
    someone.things.update(cast.things(who, 0))
    return someone


def _read_until_now() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(READS)
        return float(cursor.fetchone()[0] or 0)


async def _times(
    small: Stack, large: Stack, rounds: int, seconds: float
) -> tuple[dict[str, Figures], dict[str, Figures]]:
    kinds = sorted({work.who for work in COMPARED})
    stacks = (small, large)
    clients = [{w: await visitors(s.url, w, count=CLIENTS) for w in kinds} for s in stacks]
    desk: list[Desk] = []
    for stack in stacks:
        with on(stack):
            desk.append(cast.desk())
    found: list[dict[str, Any]] = [{}, {}]
    for turn in range(rounds + 1):
        for work in COMPARED:
            for n, stack in enumerate(stacks):
                one = await drive(work, clients[n][work.who], desk[n], seconds, stack.cpu)
                if turn:
                    found[n].setdefault(work.name, []).append(one)
    of_small, of_large = ({name: figures(each) for name, each in one.items()} for one in found)
    return of_small, of_large
