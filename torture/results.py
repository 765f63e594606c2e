"""`RESULTS.md`: what was broken, what was asked, what was lost."""

import os
from collections import Counter
from pathlib import Path

from torture.rounds import Rounds

RESULTS = Path(__file__).parent / "RESULTS.md"


def keep_results(series: Rounds, seed: str, seconds: float) -> None:
    """Write down a run."""
    minutes = seconds / 60
    lines = [
        "# Torture",
        "",
        f"{series.played} rounds in {minutes:.0f} minutes, seed `{seed}`.",
        f"**Lost, doubled or stuck: {len(series.wrong)}.**",
        f"{_share(series.diary.requests):.0f} % of the clients' requests were answered yes or no;",
        "the others came while something was broken, and were sent again.",
        f"What else the machine had to do: a load of {os.getloadavg()[2]:.0f} at the end.",
        "",
        *(f"- {one}" for one in series.wrong[:50]),
        *_table("Faults", series.faults.counted),
        *_table("What was done in the rounds", series.deeds()),
        *_table("Requests of the clients", series.diary.requests),
        *_table("What there is afterwards", series.checker.figures),
        f"Programs that were started again: {series.stack.restarts}.",
    ]
    RESULTS.write_text("\n".join(lines) + "\n")


def _share(requests: Counter[str]) -> float:
    """Of a hundred requests, those that were answered yes or no."""
    said = requests["answered"] + requests["refused"]
    return 100 * said / max(1, requests.total())


def _table(title: str, found: dict[str, int]) -> list[str]:
    rows = [f"| {name} | {count:,} |" for name, count in sorted(found.items())]
    total = f"| **all** | **{sum(found.values()):,}** |" if title == "Faults" else ""
    return [
        "",
        f"## {title}",
        "",
        "| | |",
        "| --- | ---: |",
        *rows,
        *([total] if total else []),
        "",
    ]
