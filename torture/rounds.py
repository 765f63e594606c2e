"""One round: load and faults together, then rest, then the proof."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from torture.arrivals import Heard
from torture.cast import Cast, make_cast
from torture.checking import Checker
from torture.clients import Person
from torture.diary import Diary
from torture.faults import Faults
from torture.load import Load, People
from torture.parts import parts
from torture.settling import settle
from torture.stack import PROGRAMS, Stack


@dataclass
class Rounds:
    """A series of rounds on one running product."""

    stack: Stack
    seed: str
    home: Path
    diary: Diary = field(default_factory=Diary)
    wrong: list[str] = field(default_factory=list)
    played: int = 0

    def begin(self) -> None:
        """Everybody is there and everything runs."""
        self.cast: Cast = make_cast(self.stack.hook)
        self.stack.family.logs = self.home / "logs"
        self.stack.family.environment = self.stack.environment()
        self.faults = Faults(self.stack)
        self.people = People(self.stack.url, self.diary)
        self.checker = Checker(self.diary, self.stack.mailbox.folder, self._heard)
        self.operator = Person(self.stack.url, self.cast.world.operator.email, self.diary)
        for name in PROGRAMS:
            self.stack.start(name)
        settle(self.stack.revive, self.operator)

    def play(self, number: int, seconds: float) -> None:
        """One round; what is wrong afterwards is kept in `wrong`."""
        began = time.monotonic()
        self.faults.told.clear()
        load = Load(self.stack.url, self.cast, self.diary, f"{self.seed}/{number}")
        load.start(parts(load, self.people))
        self.faults.inject(random.Random(f"{self.seed}/{number}/faults"), seconds)
        self.faults.heal()
        watch = threading.Event()
        keeper = threading.Thread(target=self._keep_alive, args=[watch], daemon=True)
        keeper.start()
        load.finish()
        watch.set()
        keeper.join()
        connections.close_all()  # the database may be another process by now
        left = settle(self.faults.heal, self.operator)
        self.wrong += [*load.failures, *left, *self.checker.check()]
        self.played += 1
        took = time.monotonic() - began
        said = ", ".join(self.faults.told)
        print(f"Round {number:>3}  {took:5.1f} s  {self._figures()}  {said}", flush=True)
        for one in self.wrong:
            print(f"  WRONG: {one}", flush=True)

    def _keep_alive(self, over: threading.Event) -> None:
        """Programs that end of themselves are started again, as a service manager does."""
        while not over.wait(1):
            self.stack.revive_database()
            self.stack.revive()

    def _figures(self) -> str:
        found = self.checker.figures
        return (
            f"{found['orders']} orders, {found['mails']} mails, {found['webhook messages']} hooks"
        )

    def _heard(self) -> list[Heard]:
        return list(self.stack.receiver.heard)
