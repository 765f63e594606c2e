"""What is broken: programs killed, ways cut, slowed, blocked or broken off, bad answers."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from torture.proxy import MODES
from torture.stack import Stack

SMTP_NO = {
    "4xx": ("421 Closing", "450 Mailbox busy", "451 Try again later", "452 Too much mail"),
    "5xx": ("550 No such user", "552 Too large", "554 Refused"),
}
HOOK_BEHAVIOURS = ("slow", "trickle", "half")
HOOK_STATUS = (400, 429, 500, 503)


@dataclass
class Faults:
    """Injects faults one after the other while a round lasts; counts each kind."""

    stack: Stack
    counted: Counter[str] = field(default_factory=Counter)
    pause: tuple[float, float] = (1.0, 2.0)  # seconds in which all is well between two faults
    told: list[str] = field(default_factory=list)

    def kinds(self) -> dict[str, Callable[[random.Random], object]]:
        """Every fault by its name."""
        found: dict[str, Callable[[random.Random], object]] = {
            "kill web": lambda rng: self.stack.kill("web"),
            "kill one process of web": lambda rng: self.stack.kill_one_of_web(),
            "kill live": lambda rng: self.stack.kill("live"),
            "kill worker 1": lambda rng: self.stack.kill("worker-1"),
            "kill worker 2": lambda rng: self.stack.kill("worker-2"),
            "kill both workers": self._both_workers,
            "kill database": lambda rng: self.stack.kill_database(),
            "kill a process of the database": lambda rng: self.stack.kill_backend(),
            "mail server says 4xx": lambda rng: self._refuse(rng, "4xx"),
            "mail server says 5xx": lambda rng: self._refuse(rng, "5xx"),
            "receiver answers badly": self._bad_status,
        }
        for way in self.stack.proxies:
            for mode in MODES:
                found[f"{mode} {way}"] = lambda rng, way=way, mode=mode: self._spoil(way, mode)
        for behaviour in HOOK_BEHAVIOURS:
            found[f"receiver is {behaviour}"] = lambda rng, b=behaviour: self._behave(b)
        return found

    def inject(self, rng: random.Random, seconds: float) -> None:
        """Break something, let it be broken for a while, mend it; again until time is up."""
        kinds, deadline = self.kinds(), time.monotonic() + seconds
        time.sleep(rng.uniform(0, 0.5))
        while time.monotonic() < deadline:
            name = rng.choice(sorted(kinds))
            self.told.append(name)
            self.counted[name] += 1
            kinds[name](rng)
            time.sleep(rng.uniform(0.05, 1.2))
            self.heal()
            time.sleep(rng.uniform(*self.pause))

    def heal(self) -> None:
        """Everything behaves and runs again."""
        self.stack.mailbox.refuse = None
        receiver = self.stack.receiver
        receiver.behaviour, receiver.status = "", 204
        receiver.answers.clear()
        receiver.go_on.set()  # who is held is let go, and the next ones are held again
        for proxy in self.stack.proxies.values():
            proxy.heal()
        self.stack.revive_database()
        self.stack.revive()

    def _both_workers(self, rng: random.Random) -> None:
        self.stack.kill("worker-1")
        self.stack.kill("worker-2")

    def _refuse(self, rng: random.Random, kind: str) -> None:
        self.stack.mailbox.refuse = rng.choice(SMTP_NO[kind])

    def _spoil(self, way: str, mode: str) -> None:
        self.stack.proxies[way].spoil(mode)

    def _bad_status(self, rng: random.Random) -> None:
        self.stack.receiver.status = rng.choice(HOOK_STATUS)

    def _behave(self, behaviour: str) -> None:
        self.stack.receiver.go_on = threading.Event()
        self.stack.receiver.behaviour = behaviour
