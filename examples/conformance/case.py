"""One case: its words for the report, and what is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench import Bench, Options


@dataclass(frozen=True)
class Case:
    """One case: its words for the report, and what is done."""

    name: str
    title: str
    sent: str
    expected: str
    advice: str
    run: Callable[[Bench], None]
    missing: Callable[[Options], str] = lambda _options: ""  # why it cannot be run; "" if it can


CASES: dict[str, Case] = {}  # by name


def case(title: str, *, sent: str, expected: str, advice: str, **more: Any) -> Callable[..., Any]:
    """Add a function to the cases."""

    def add(run: Callable[[Bench], None]) -> Callable[[Bench], None]:
        CASES[run.__name__] = Case(run.__name__, title, sent, expected, advice, run, **more)
        return run

    return add
