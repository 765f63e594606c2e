"""`python -m deploy.capacity`: from what an order costs to the machines that many orders need.

The costs are those that `python -m deploy.loopback` measured last (costs.json); what is assumed
beside them stands in `Assumed` and can be given: `--peak 8 --browser 0.2`.
"""

import argparse
import json
import math
from dataclasses import dataclass, fields
from pathlib import Path

COSTS = Path(__file__).parent / "costs.json"
PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
BEGIN, END = "<!-- computed -->\n\n", "\n\n<!-- to here -->"
A_DAY = (1_000_000, 10_000_000, 100_000_000)
PARTS = {"web": "web", "worker": "worker", "database": "postgres", "pooler": "pgbouncer"}


@dataclass(frozen=True)
class Assumed:
    """What is not measured."""

    peak: float = 5.0  # the busiest second beside the day's mean
    browser: float = 0.5  # share of orders by browser; the rest comes from programs
    readings: float = 2.0  # all else that people and programs do, as a multiple of ordering
    busy: float = 0.5  # of a processor's time that is planned with; the rest is air
    cores: int = 16  # of a web or worker machine
    primary: int = 64  # of the largest database machine that one wants to own
    kept_years: float = 2.0  # that orders stay in the database itself


@dataclass(frozen=True)
class Need:
    """What so many orders a day need at their peak."""

    a_day: int
    a_second: float
    cores: dict[str, float]  # by part
    log_mb: float  # of write-ahead log a second
    room_tb: float  # of the kept orders

    def machines(self, given: Assumed) -> dict[str, int]:
        """Whole machines by part; the database's: of the largest size, each with its replica."""
        found = {p: math.ceil(self.cores[p] / given.cores) for p in ("web", "worker")}
        return {**found, "primaries": math.ceil(self.cores["database"] / given.primary)}


def cost(costs: dict[str, dict[str, float]], part: str, given: Assumed) -> float:
    """The mean of an order by browser and one by program."""
    return given.browser * costs["browser"][part] + (1 - given.browser) * costs["program"][part]


def need(a_day: int, costs: dict[str, dict[str, float]], given: Assumed) -> Need:
    """Processors at the peak, log and room; jobs are worked off at the peak too."""
    a_second = a_day / 86400 * given.peak
    reading = {
        "web": 1 + given.readings,
        "database": 1 + given.readings,
        "pooler": 1 + given.readings,
    }
    cores = {
        part: a_second * cost(costs, name, given) * reading.get(part, 1) / 1000 / given.busy
        for part, name in PARTS.items()
    }
    log = a_second * cost(costs, "log KB", given) / 1024
    room = a_day * 365 * given.kept_years * cost(costs, "database KB", given) / 1024**3
    return Need(a_day, a_second, cores, log, room)


def table(costs: dict[str, dict[str, float]], given: Assumed) -> str:
    """One column for each number of orders a day."""
    needs = [need(a_day, costs, given) for a_day in A_DAY]
    rows = [
        ["orders a day", *(f"{n.a_day:,}" for n in needs)],
        ["---", *("---:" for _ in needs)],
        ["orders a second at the peak", *(f"{n.a_second:,.0f}" for n in needs)],
    ]
    rows += [[f"{part}: processors", *(f"{n.cores[part]:,.0f}" for n in needs)] for part in PARTS]
    machines = [n.machines(given) for n in needs]
    rows += [[f"{name}: machines", *(f"{m[name]:,}" for m in machines)] for name in machines[0]]
    rows += [["log, MB a second", *(f"{n.log_mb:,.0f}" for n in needs)]]
    rows += [[f"room of {given.kept_years:g} years, TB", *(f"{n.room_tb:,.1f}" for n in needs)]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def page(costs: dict[str, dict[str, float]], given: Assumed) -> str:
    """What the page on scaling has between its marks: the costs, then the table."""
    shown = {"web": "web", "worker": "worker", "PostgreSQL": "postgres", "pooler": "pgbouncer"}
    shown |= {"replica": "replica", "HAProxy": "haproxy"}
    lines = ["| of one order | by program | by browser |", "| --- | ---: | ---: |"]
    named = {f"{name}, ms": part for name, part in shown.items()}
    named |= {"write-ahead log, KB": "log KB", "room, KB": "database KB"}
    lines += [
        f"| {name} | {costs['program'][part]:g} | {costs['browser'][part]:g} |"
        for name, part in named.items()
    ]
    return "\n".join([*lines, "", table(costs, given)])


def write(text: str) -> None:
    """Put it between the marks of the page."""
    before, rest = PAGE.read_text().split(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.split(END)[1])


def main() -> None:
    """Print the table for the assumptions given; with `--write` keep it in the page."""
    parser = argparse.ArgumentParser(prog="python -m deploy.capacity", description=__doc__)
    for one in fields(Assumed):
        kind = type(one.default)
        parser.add_argument(f"--{one.name.replace('_', '-')}", type=kind, default=one.default)
    parser.add_argument("--write", action="store_true", help="into docs/scaling.md")
    options = vars(parser.parse_args())
    keep, given = options.pop("write"), Assumed(**options)
    text = page(json.loads(COSTS.read_text()), given)
    if keep:
        write(text)
    print(", ".join(f"{name} {value:g}" for name, value in vars(given).items()), end="\n\n")
    print(text)


if __name__ == "__main__":
    main()
