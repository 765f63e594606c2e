"""What the clients wished and were answered: kept here, outside of everything that breaks."""

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Wish:
    """Something that is to exist once: an order by its reference, a collection by its key."""

    kind: str
    name: str
    answered: list[str] | None = None  # the numbers that the client was told
    refused: str = ""  # why there is to be none
    sent: int = 0  # how often it went out

    @property
    def open(self) -> bool:
        """True where the client knows neither yes nor no."""
        return self.answered is None and not self.refused


@dataclass(frozen=True)
class Said:
    """A yes to something else: this event of this thing is to be in the journal."""

    event: str
    number: str


@dataclass
class Diary:
    """Written by many threads."""

    wishes: dict[str, Wish] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)  # pieces of a collection
    requests: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def wish(self, kind: str, name: str) -> Wish:
        """Note a new wish before it goes out."""
        with self.guard:
            self.wishes[name] = made = Wish(kind, name)
        return made

    def note(self, event: str, number: str) -> None:
        """A client was told yes."""
        with self.guard:
            self.said.append(Said(event, number))

    def count(self, what: str) -> None:
        """One more request, by how it ended."""
        with self.guard:
            self.requests[what] += 1

    def of(self, kind: str) -> list[Wish]:
        """All wishes of a kind."""
        with self.guard:
            return [one for one in self.wishes.values() if one.kind == kind]
