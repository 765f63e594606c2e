"""`RESULTS.md`: what one run of one mode found, written by the run."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.budgets import Measured, budgets
from bench.load import CLIENTS, percentile
from bench.work import ALL, EMPTY

RESULTS = Path(__file__).parent / "RESULTS.md"


def report(found: Measured, *, head: str) -> str:
    """All tables, as Markdown."""
    return "\n\n".join(
        [
            "# Measured",
            head,
            "## Budgets",
            table(("budget", "reached", "", "why, where from"), "l r l l", _budget_rows(found)),
            "## Work",
            _work_words(),
            table(WORK_HEAD, "l r r r r r r r r", _work_rows(found)),
            f"The price of one product for one customer takes {found.rates.price_ms:.2f} ms.",
            "## Jobs",
            table(("workers", "entries/s", "mails/s", "jobs/s"), "r r r r", _job_rows(found)),
            "## From the button to whoever waits",
            f"While {found.ways.placed:.1f} orders/s came in.",
            table(("way", "times", "p50 ms", "p95 ms", "p99 ms"), "l r r r r", _way_rows(found)),
            *_growth_part(found),
        ]
    )


WORK_HEAD = (
    *("work", "a second", "of the empty page", "of PostgreSQL alone", "p50 ms", "p95 ms"),
    *("web ms", "worker ms", "PostgreSQL ms"),
)


def _work_words() -> str:
    return (
        f"{CLIENTS} clients at once, medians of alternating rounds in one run; p50, p95 of single"
        " requests. “Of PostgreSQL alone” is beside pgbench with the same reads (for orders: prices"
        " read, order, lines and job written) in the same run. The last three are CPU for each"
        " unit, with the jobs that follow from it."
    )


def _budget_rows(found: Measured) -> Iterator[tuple[str, ...]]:
    for one in budgets(found):
        yield one.wanted, one.reached, "held" if one.held else "**not held**", one.why


def _work_rows(found: Measured) -> Iterator[tuple[str, ...]]:
    rates = found.rates
    empty = rates.product[EMPTY.name].rate
    for name in (work.name for work in ALL):
        one, alone = rates.product[name], rates.alone.get(name)
        share = f"{one.rate / alone.rate:.1%} of {alone.rate:,.0f}" if alone else ""
        cpu = [f"{one.cpu[part]:.1f}" for part in ("web", "worker", "postgres")]
        times = (f"{one.p50:.0f}", f"{one.p95:.0f}")
        yield (name, f"{one.rate:.1f}", f"{one.rate / empty:.1%}", share, *times, *cpu)


def _job_rows(found: Measured) -> Iterator[tuple[str, ...]]:
    for one in found.jobs:
        rates = (f"{rate:.0f}" for rate in (one.dispatched, one.mails, one.all))
        yield (str(one.workers), *rates)


def _way_rows(found: Measured) -> Iterator[tuple[str, ...]]:
    ways = found.ways
    for name, times in (
        ("order placed → the seller's open screen", ways.placed_to_screen),
        ("order placed → mail in the SMTP server", ways.placed_to_mail),
        ("price confirmed → the manufacturer's webhook", ways.confirmed_to_webhook),
    ):
        percents = (f"{percentile(times, p) * 1000:.0f}" for p in (50, 95, 99))
        yield (name, str(len(times)), *percents)


def _growth_part(found: Measured) -> Iterator[str]:
    if not found.growth:
        return
    yield f"## Growth, {found.large}"
    yield "Shared buffers of one unit, and the p95 of its requests, on both sets in the same run."
    yield table(
        ("work", "buffers", "", "×", "p95 ms", "", "×"),
        "l r r r r r r",
        (
            (
                one.name,
                *(f"{count:.0f}" for count in one.buffers),
                f"{one.more_buffers:.1f}",
                *(f"{time:.0f}" if time else "" for time in one.p95),
                f"{one.longer:.1f}" if one.longer else "",
            )
            for one in found.growth
        ),
    )


def table(head: Iterable[str], sides: str, rows: Iterable[Iterable[str]]) -> str:
    """As Markdown; `sides` says of each column whether it stands left or right: `l r r`."""
    marks = ["---:" if side == "r" else "---" for side in sides.split()]
    lines = [head, marks, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
