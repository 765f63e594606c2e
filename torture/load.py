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


@dataclass
class Load:
    """All clients of one round; `go` is cleared when nothing new is to be begun."""

    url: str
    cast: Cast
    diary: Diary
    seed: str
    go: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def program(self, name: str) -> Program:
        """A program with the key of that name."""
        return Program(self.url, self.cast.keys[name], self.diary)

    def start(self, parts: dict[str, Callable[["Load", random.Random], None]]) -> None:
        """Let every part run on a thread of its own until `go` is cleared."""
        self.go.set()
        for name, part in parts.items():
            rng = random.Random(f"{self.seed}/{name}")
            thread = threading.Thread(target=self._run, args=[name, part, rng], daemon=True)
            self.threads.append(thread)
            thread.start()

    def finish(self) -> None:
        """Begin nothing new and wait until everybody knows an answer or has gone away."""
        self.go.clear()
        for thread in self.threads:
            thread.join(UNTIL_ANSWERED + 30)
            if thread.is_alive():
                self.failures.append(f"{thread.name} never came to an end")
        self.threads.clear()

    def _run(
        self, name: str, part: Callable[["Load", random.Random], None], rng: random.Random
    ) -> None:
        while self.go.is_set():
            try:
                part(self, rng)
            except (Unanswered, Refused, StoryFailed):
                time.sleep(0.1)  # looked in vain; the next turn looks again
            except Exception as error:
                self.failures.append(f"{name}: {type(error).__name__}: {error}")
                time.sleep(0.2)

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
                time.sleep(0.15)

    def say(self, event: str, number: str, do: Callable[[], Any]) -> None:
        """Do something to a thing; a yes is noted, a no or no answer is nobody's promise."""
        try:
            do()
        except (Unanswered, Refused):
            return
        if event:
            self.diary.note(event, number)


class People:
    """Everybody in a browser, kept over the rounds as people keep their sessions."""

    def __init__(self, url: str, diary: Diary) -> None:
        self.url, self.diary = url, diary
        self.known: dict[str, Person] = {}

    def __call__(self, email: str) -> Person:
        """The browser of one person."""
        if email not in self.known:
            self.known[email] = Person(self.url, email, self.diary)
        return self.known[email]
