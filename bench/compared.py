"""`SERVERS.md`: the shapes beside the present one, work by work."""

import statistics
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import distributions
from pathlib import Path

from bench.load import CLIENTS, Round, figures
from bench.machine import versions
from bench.results import table
from bench.round import WORKS, Running
from bench.shapes import OTHERS, OTHERS_AT

RESULTS = Path(__file__).parent / "SERVERS.md"
HEAD = ("shape", "of ours", "least to most", "a second", "p95 ms", "server ms", "PostgreSQL ms")


def report(running: Sequence[Running], *, seconds: float) -> str:
    """All tables, as Markdown."""
    parts = ["# Ways to serve", _head(seconds)]
    for work in WORKS:
        rows = list(_rows(running, work.name))
        parts += [f"## {work.name[0].upper()}{work.name[1:]}", table(HEAD, "l r r r r r r", rows)]
    memory = [(one.shape.name, f"{one.mb:.0f}") for one in running if one.mb]
    parts += ["## Memory", "Of all processes of a server after the last round; what they share"]
    parts[-1] += " is counted once."
    parts.append(table(("shape", "MB"), "l r", memory))
    if wrong := [f"- {one.shape.name}: {one.wrong}" for one in running if one.wrong]:
        parts += ["## Failed", "\n".join(wrong)]
    return "\n\n".join(parts)


def _rows(running: Sequence[Running], work: str) -> Iterator[tuple[str, ...]]:
    ours = running[0].rounds[work]
    for one in running:
        if (mine := one.rounds[work]) and len(mine) == len(ours):
            found, ratios = figures(mine), _ratios(mine, ours)
            yield (
                one.shape.name,
                f"{statistics.median(ratios):.2f}",
                f"{min(ratios):.2f} to {max(ratios):.2f}",
                f"{found.rate:,.0f}",
                f"{found.p95:.0f}",
                *(f"{found.cpu[name]:.1f}" for name in ("web", "postgres")),
            )


def _ratios(mine: Sequence[Round], ours: Sequence[Round]) -> list[float]:
    """Of each round by itself: a minute in which the machine is slow touches both."""
    return [a.rate / b.rate if b.rate else 0.0 for a, b in zip(mine, ours, strict=True)]


def _head(seconds: float) -> str:
    found = {one.name.lower(): one.version for one in distributions(path=[str(OTHERS_AT)])}
    others = ", ".join(f"{name} {found.get(name, '?')}" for name in OTHERS)
    return (
        f"Written by `python -m bench.servers` on {datetime.now():%Y-%m-%d %H:%M} in"  # noqa: DTZ005
        f" {seconds / 60:.1f} minutes. {versions()}; {others}. {CLIENTS} clients on the same"
        " machine, data set S, medians of alternating rounds. “Of ours” is the rate beside our"
        " present shape's in the same round; the last two columns are CPU for each unit."
        " ASGI is Django's own handler, without the gate that turns away whom nobody can serve."
    )
