"""One served shape at work: its clients, its rounds, and what went wrong."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field

from bench import store
from bench.browser import Browser
from bench.load import Cpu, Round, drive
from bench.machine import cpu_seconds, own_mb
from bench.shapes import Served, Shape
from bench.work import BY_API, EMPTY, SCREEN, Desk, Work
from tonerloop.config import embedded
from tonerloop.config.processes import ChildDied

WORKS = (EMPTY, SCREEN, BY_API)
FAILURES = (AssertionError, OSError, EOFError, ValueError, TimeoutError, ChildDied)


@dataclass
class Running:
    """A shape that answers, its clients, and what was found."""

    shape: Shape
    family: Served
    url: str
    server: embedded.Server
    clients: dict[str, list[Browser]] = field(default_factory=dict)
    rounds: dict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    wrong: str = ""
    mb: float = 0.0

    @property
    def pid(self) -> int:
        """The first process of the server; the others are its children."""
        return self.family.children[0].process.pid

    def cpu(self) -> Cpu:
        """Seconds of CPU until now of this server and of PostgreSQL."""
        postgres = cpu_seconds(store.postmaster(self.server))
        return {"web": cpu_seconds(self.pid), "postgres": postgres}

    async def play(self, work: Work, desk: Desk, seconds: float, *, counts: bool) -> None:
        """One round; where it fails the shape takes no further part, and the report says so."""
        try:
            self.family.check()
            clients = self.clients[work.who]
            one = await asyncio.wait_for(drive(work, clients, desk, seconds, self.cpu), 30)
        except FAILURES as error:
            self.wrong = f"{work.name}: {type(error).__name__} {error}".partition("\n")[0][:200]
            await asyncio.sleep(seconds)  # the other clients of this round end first
        else:
            self.mb = own_mb(self.pid)
            if counts:
                self.rounds[work.name].append(one)
