"""The outcomes as a table, on the terminal and in RESULTS.md."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from deploy.loopback import needs
from deploy.loopback.costs import Costs
from deploy.loopback.trial import Outcome

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
KINDS = {"server": "PostgreSQL killed", "machine": "PostgreSQL and Patroni killed"}
HEAD = """# A primary killed under load

`python -m deploy.loopback` writes this page. etcd, two PostgreSQL under Patroni (synchronous),
HAProxy, PgBouncer (transaction pooling), two web and two worker processes and the live stream run
on one machine. {clients} buyers order by browser and {clients} programs by API; each repeats what
was not answered. SIGKILL goes to every process of the primary at once. Times are seconds since
then, on a machine that does everything itself, so they are rather long.

"""


def told(outcomes: Sequence[Outcome], clients: int, costs: Costs) -> str:
    """All outcomes, one a column."""
    names = [KINDS[one.kind] for one in outcomes]
    rows = [("", *names), ("---", *("---:" for _ in names))]
    rows += [
        (name, *(_seconds(one.seconds.get(name)) for one in outcomes))
        for name in outcomes[0].seconds
    ]
    counted = {
        "orders answered “placed”": [one.placed for one in outcomes],
        "… after more than one try": [one.repeated for one in outcomes],
        "**answered “placed” and lost**": [one.lost for one in outcomes],
        "**placed twice**": [one.duplicates for one in outcomes],
        "jobs left over, orders nobody was told of": [one.unfinished for one in outcomes],
    }
    rows += [(name, *map(str, values)) for name, values in counted.items()]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    answers = "\n".join(f"- {KINDS[one.kind]}: {_answers(one)}" for one in outcomes)
    parts = [table, "What was answered:", answers, _costs(costs), _about()]
    return HEAD.format(clients=clients) + "\n\n".join(parts)


def _answers(one: Outcome) -> str:
    return ", ".join(f"{name} × {count}" for name, count in sorted(one.answers.items()))


def _costs(costs: Costs) -> str:
    """Milliseconds of processor time and KB of one order, in each part."""
    head = ["## What an order costs here", "", "| ms, KB | by program | by browser |"]
    rows = [
        f"| {part} | {cost:g} | {costs['browser'][part]:g} |"
        for part, cost in costs["program"].items()
    ]
    return "\n".join([*head, "| --- | ---: | ---: |", *rows])


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def _about() -> str:
    load = os.getloadavg()[0]
    lines = [f"- {line}" for line in (*needs.versions(), f"Python {platform.python_version()}")]
    lines.append(f"- {os.cpu_count()} processors, load {load:.0f} at the end")
    return "## With\n\n" + "\n".join(lines) + "\n"
