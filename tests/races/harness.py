"""Any two verbs on one thing, at once: what comes of it must be what one after the other gives.

A `Kind` of thing says how one is made in each state, which deeds may meet on it (each a call of
one verb) and what is to be compared. Deeds that succeed alone in a state are tried in pairs.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations_with_replacement
from types import ModuleType
from typing import Any

from django.db import transaction

from tests.orders.test_races import at_once
from tests.world import World
from tonerloop.common.actor import Actor

Make = Callable[["Stage"], Any]
Do = Callable[["Stage", Any], Any]
OK = "ok"


@dataclass
class Stage:
    """The world, with actors that are looked up once: a race begins with the verb itself."""

    world: World

    @cached_property
    def _actors(self) -> dict[str, Actor]:
        return {}

    def by(self, name: str) -> Actor:
        """Somebody of the cast."""
        if name not in self._actors:
            self._actors[name] = self.world.actor(getattr(self.world, name))
        return self._actors[name]


@dataclass(frozen=True)
class Deed:
    """One call of a verb on a thing."""

    name: str
    verb: Callable[..., Any]
    do: Do
    waits: bool = False  # of the clock: it leaves alone what is in hand, and comes again


@dataclass
class Kind:
    """A kind of thing on which verbs meet."""

    name: str
    observe: Callable[[Stage, Any], Any]
    states: dict[str, Make] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    proof: Callable[[Any], str] = lambda _thing: ""
    ready: Callable[[Any], None] = lambda _thing: None
    told: frozenset[str] = frozenset()  # refusals that only who comes at the same moment is told

    def make(self, stage: Stage, state: str) -> Any:
        """A new thing in a state."""
        thing = self.states[state](stage)
        self.ready(thing)
        return thing

    def state(self, name: str) -> Callable[[Make], Make]:
        """Decorates what makes a thing in a state."""

        def keep(make: Make) -> Make:
            self.states[name] = make
            return make

        return keep

    def deed(self, name: str, verb: Callable[..., Any], do: Do, *, waits: bool = False) -> None:
        """One more deed."""
        self.deeds.append(Deed(name, verb, do, waits))


def outcome(do: Callable[[], Any]) -> str:
    """What became of a call: fine, or the name of its refusal."""
    try:
        do()
    except Exception as error:
        return type(error).__name__
    return OK


def serial(kind: Kind, stage: Stage, thing: Any, *deeds: Deed) -> tuple[Any, ...]:
    """The results of deeds one after the other and what there is then; all of it is undone."""
    with transaction.atomic():
        # Each in a transaction of its own, as it is at a door: what is refused is undone alone.
        results = [outcome(transaction.atomic(lambda d=deed: d.do(stage, thing))) for deed in deeds]
        seen = kind.observe(stage, thing)
        transaction.set_rollback(True)
    return (*results, seen)


def pairs(kind: Kind, stage: Stage, state: str) -> Iterator[tuple[Deed, Deed]]:
    """The deeds that can meet on a thing in this state: each would succeed alone."""
    thing = kind.make(stage, state)
    alone = [deed for deed in kind.deeds if serial(kind, stage, thing, deed)[0] == OK]
    yield from combinations_with_replacement(alone, 2)


def race(kind: Kind, stage: Stage, state: str, first: Deed, second: Deed) -> str:
    """Both at once on a new thing; what is wrong with what came of it."""
    thing = kind.make(stage, state)
    one = serial(kind, stage, thing, first, second)
    other = serial(kind, stage, thing, second, first)
    allowed = [one, (other[1], other[0], other[2])]
    allowed += [(OK, r, serial(kind, stage, thing, first)[1]) for r in left(kind, second)]
    allowed += [(r, OK, serial(kind, stage, thing, second)[1]) for r in left(kind, first)]
    found = at_once(lambda: first.do(stage, thing), lambda: second.do(stage, thing))
    results = [type(r).__name__ if isinstance(r, Exception) else OK for r in found]
    came = (*results, kind.observe(stage, thing))
    who = f"{state}: {first.name} and {second.name}"
    if came not in allowed:
        errors = [r for r in found if isinstance(r, Exception)]
        return f"{who} gave {came}, not one of {allowed} {errors}"
    wrong = kind.proof(thing)
    return f"{who}: {wrong}" if wrong else ""


def left(kind: Kind, deed: Deed) -> list[str]:
    """With which results a deed may have changed nothing because the other was at work."""
    return [*kind.told, *([OK] if deed.waits else [])]


def verbs_of(*modules: ModuleType) -> dict[str, Callable[..., Any]]:
    """The public verbs that the modules define: each is one transaction."""
    return {
        f"{module.__name__.removeprefix('tonerloop.')}.{name}": found
        for module in modules
        for name, found in vars(module).items()
        if inspect.isfunction(found)
        and found.__module__ == module.__name__
        and not name.startswith("_")
        and hasattr(found, "__wrapped__")
    }
