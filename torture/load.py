"""The whole loop under load: each part of it does its work again and again through its own door."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tonerloop.demo.browser import StoryFailed
from torture.cast import Cast
from torture.clients import Person, Program, Refused, Unanswered
from torture.diary import Diary, Wish

UNTIL_ANSWERED = 45.0  # seconds for which a wish is sent again, at the longest
GIVES_UP = 0.1  # of those who were not answered go away for good
TAKES_ON = 2.0  # seconds for which stories go on after the last one was begun
Part = Callable[["Load", random.Random], None]


@dataclass
class Load:
    """All clients of one round.

    `begin` is cleared when no new story is to be begun, `go` when no step is to be taken any more.
    """

    url: str
    cast: Cast
    diary: Diary
    seed: str
    pause: tuple[float, float] = (0.2, 0.8)  # seconds between two turns of a client
    again: tuple[float, float] = (0.1, 1.0)  # seconds until somebody asks again, impatiently
    begin: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def program(self, name: str) -> Program:
        """A program with the key of that name."""
        return Program(self.url, self.cast.keys[name], self.diary)

    def start(self, beginners: dict[str, Part], followers: dict[str, Part]) -> None:
        """Let every part run on a thread of its own: who begins stories, who takes them on."""
        for going, parts in ((self.begin, beginners), (self.go, followers)):
            going.set()
            for name, part in parts.items():
                self._start(name, part, going)

    def _start(self, name: str, part: Part, going: threading.Event) -> None:
        args = [name, part, going]
        thread = threading.Thread(target=self._run, args=args, name=name, daemon=True)
        self.threads.append(thread)
        thread.start()

    def finish(self) -> None:
        """Begin nothing new, take on what is there for a while, wait until all are answered."""
        self.begin.clear()
        time.sleep(TAKES_ON)
        self.go.clear()
        for thread in self.threads:
            thread.join(UNTIL_ANSWERED + 30)
            if thread.is_alive():
                self.failures.append(f"{thread.name} never came to an end")
        self.threads.clear()

    def _run(self, name: str, part: Part, going: threading.Event) -> None:
        rng = random.Random(f"{self.seed}/{name}")
        while going.is_set():
            try:
                part(self, rng)
            except (Unanswered, Refused, StoryFailed):
                time.sleep(rng.uniform(*self.again))  # looked in vain; the next turn looks again
            except Exception as error:
                self.failures.append(f"{name}: {type(error).__name__}: {error}")
            time.sleep(rng.uniform(*self.pause))  # people look and think

    def until_answered(self, wish: Wish, rng: random.Random, send: Callable[[], list[str]]) -> None:
        """Send a wish under its one key until somebody says yes or no; some go away before."""
        deadline = time.monotonic() + UNTIL_ANSWERED
        while True:
            wish.sent += 1
            try:
                wish.answered = send()
                return
            except Refused as refused:
                wish.refused = str(refused)
                return
            except Unanswered:
                if rng.random() < GIVES_UP or time.monotonic() > deadline:
                    return
                time.sleep(rng.uniform(*self.again))

    def say(self, event: str, number: str, do: Callable[[], Any]) -> bool:
        """Do something to a thing; a yes is noted, a no or no answer is nobody's promise."""
        try:
            do()
        except (Unanswered, Refused):
            return False
        if event:
            self.diary.note(event, number)
        return True


class People:
    """Everybody in a browser, kept over the rounds as people keep their sessions."""

    def __init__(self, url: str, diary: Diary) -> None:
        self.url, self.diary = url, diary
        self.known: dict[tuple[str, str], Person] = {}

    def __call__(self, email: str, what: str) -> Person:
        """The browser in which one person does such work."""
        if (email, what) not in self.known:
            self.known[email, what] = Person(self.url, email, self.diary)
        return self.known[email, what]
