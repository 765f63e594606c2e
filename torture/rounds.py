"""One round: load and faults together, then rest, then the proof."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from tonerloop.config.showing import wait_until_ready
from torture.arrivals import Heard
from torture.cast import Cast, make_cast
from torture.checking import Checker
from torture.clients import Person
from torture.deeds import deeds, never
from torture.diary import Diary
from torture.faults import Faults
from torture.load import Load, People
from torture.parts import parts
from torture.settling import settle
from torture.stack import PROGRAMS, Stack

WARM_UP = 300.0  # seconds for every kind of deed to happen once, at the longest


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
        self.before: Counter[str] = Counter()
        self.cast: Cast = make_cast(self.stack.hook)
        self.stack.family.logs = self.home / "logs"
        self.stack.family.environment = self.stack.environment()
        self.faults = Faults(self.stack)
        self.people = People(self.stack.url, self.diary)
        self.checker = Checker(self.diary, self.stack.mailbox.folder, self._heard)
        self.operator = Person(self.stack.url, self.cast.world.operator.email, self.diary)
        for name in PROGRAMS:
            self.stack.start(name)
        wait_until_ready(f"{self.stack.url}/readyz?worker=1", self.stack.family.check)

    def warm_up(self) -> None:
        """All works once with nothing broken: every round finds things in every state."""
        load = Load(self.stack.url, self.cast, self.diary, f"{self.seed}/0")
        load.start(*parts(load, self.people))
        deadline = time.monotonic() + WARM_UP
        while never(deeds()) and not load.failures and time.monotonic() < deadline:
            time.sleep(0.5)
        load.finish()
        left = settle(self.stack.revive, self.operator)
        self.wrong += [*load.failures, *left, *self.checker.check()]
        self.wrong += [f"nothing is broken, and there is never: {one}" for one in never(deeds())]
        self.before = deeds()
        self.diary.requests.clear()
        print(f"Warm      {self._figures()}", flush=True)
        self.tell_wrong()

    def deeds(self) -> Counter[str]:
        """What was done in the rounds, the warming up apart."""
        found = deeds()
        found.subtract(self.before)
        return found

    def play(self, number: int, seconds: float) -> None:
        """One round; what is wrong afterwards is kept in `wrong`."""
        began = time.monotonic()
        self.faults.told.clear()
        load = Load(self.stack.url, self.cast, self.diary, f"{self.seed}/{number}")
        load.start(*parts(load, self.people))
        self.faults.inject(random.Random(f"{self.seed}/{number}/faults"), seconds)
        self.faults.heal()
        watch = threading.Event()
        keeper = threading.Thread(target=self._keep_alive, args=[watch], daemon=True)
        keeper.start()
        try:
            load.finish()
        finally:  # nothing is started again that is being stopped
            watch.set()
            keeper.join()
        connections.close_all()  # the database may be another process by now
        rest = time.monotonic()
        left = settle(self.faults.heal, self.operator)
        rest = time.monotonic() - rest
        self.wrong += [*load.failures, *left, *self.checker.check()]
        self.played += 1
        took = time.monotonic() - began
        said = ", ".join(self.faults.told)
        times = f"{took:5.1f} s ({rest:4.1f} at rest)"
        print(f"Round {number:>3}  {times}  {self._figures()}  {said}", flush=True)
        self.tell_wrong()

    def tell_wrong(self) -> None:
        """Say what is wrong until now."""
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
