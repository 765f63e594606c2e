"""Every pair of verbs that can meet, at once; made from the verbs and states that there are.

`TONERLOOP_RACE_ROUNDS` says how often each pair runs; once where nothing is said.
"""

import os
import pkgutil
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from tests.races.belongings import ACCOUNTS, BASKETS, KEYS
from tests.races.collections import REQUESTS, STRAYS, TAKING_PART
from tests.races.harness import Kind, Stage, pairs, race, verbs_of
from tests.races.orders import ORDERS
from tests.world import World
from tonerloop.collection import actions as collecting
from tonerloop.collection import states as collection
from tonerloop.manufacturers import actions as programs
from tonerloop.orders import actions, basket, filling, states
from tonerloop.points import actions as rules
from tonerloop.points import rewards
from tonerloop.programs import keys

KINDS = (ORDERS, REQUESTS, STRAYS, TAKING_PART, BASKETS, ACCOUNTS, KEYS)
# Called inside the verbs that are raced, never by a door.
PARTS = {"collection.actions.rewarding.reward", "may_confirm"}
ROUNDS = int(os.environ.get("TONERLOOP_RACE_ROUNDS", "1"))


def modules_of(package: ModuleType) -> list[ModuleType]:
    return [
        import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    ]


def every_verb() -> dict[str, Callable[..., Any]]:
    found = verbs_of(*modules_of(actions), *modules_of(collecting), basket, filling, programs)
    found |= verbs_of(rules, rewards, keys)
    listed = {name: getattr(actions, name) for name in actions.__all__}
    return found | {
        name: f for name, f in listed.items() if callable(f) and not isinstance(f, type)
    }


def test_every_verb_takes_part_in_the_races() -> None:
    """A new verb fails here until somebody says how it is called: then it meets all others."""
    tried = {deed.verb for kind in KINDS for deed in kind.deeds}
    missing = [
        name for name, verb in every_verb().items() if verb not in tried and name not in PARTS
    ]
    assert not missing, f"no race calls {missing}: add a deed in tests/races"
    assert len(every_verb()) > 40


def test_every_state_of_the_tables_is_raced_in() -> None:
    assert set(ORDERS.states) >= set(states.MOVES)
    assert set(REQUESTS.states) >= set(collection.MOVES)


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        pytest.param(kind, state, id=f"{kind.name}, {state}")
        for kind in KINDS
        for state in kind.states
    ],
)
def test_two_at_once_are_one_after_the_other(
    committed_world: World, kind: Kind, state: str
) -> None:
    stage = Stage(committed_world)
    met = list(pairs(kind, stage, state))
    wrong = [race(kind, stage, state, *pair) for pair in met for _round in range(ROUNDS)]
    assert not any(wrong), "\n".join(filter(None, wrong))
    ends = (states.Status.CANCELLED, states.Status.DELIVERED)
    assert met or state in ends, "no deed succeeds in this state"
