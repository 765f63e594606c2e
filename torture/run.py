"""`python -m torture.run`: rounds of load and faults, then a proof; see docs/faults.md."""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tonerloop.config import statics
from tonerloop.config.processes import Stopped, stoppable, tonerloop
from torture.stack import Stack, stack

MANY = 20  # rounds, after which every kind of deed must have happened


def main(argv: Sequence[str] | None = None) -> int:
    """Run the rounds; 1 if anything was lost."""
    given = _given(argv)
    home = Path(tempfile.mkdtemp(prefix="tonerloop-torture-"))
    print(f"Seed {given.seed}; data in {home}", flush=True)
    rounds = (given.seed, given.first, given.rounds, given.seconds)
    try:
        with stoppable():
            wrong = torture(home, *rounds, keep=given.keep)
    except Stopped:
        return 1
    if not wrong:
        shutil.rmtree(home, ignore_errors=True)
    return 1 if wrong else 0


def torture(
    home: Path, seed: str, first: int, rounds: int, seconds: float, *, keep: bool = False
) -> list[str]:
    """So many rounds of so many seconds from this one on; everything that was wrong."""
    prepare(home)
    began = time.monotonic()
    with stack(home) as running:
        set_up(running, home)
        from torture.deeds import never
        from torture.results import keep_results
        from torture.rounds import Rounds

        series = Rounds(running, seed, home)
        series.begin()
        if rounds >= MANY:  # few are played in `make test`, from the first state alone
            series.warm_up()
        if series.wrong:
            return series.wrong
        for number in range(first, first + rounds):
            series.play(number, seconds)
            if rounds >= MANY and series.played == rounds:
                series.wrong += [f"not exercised: {one}" for one in never(series.deeds())]
                series.tell_wrong()
            if keep:
                keep_results(series, seed, time.monotonic() - began)
            if series.wrong:
                break
    return series.wrong


def prepare(home: Path) -> None:
    """What this process's own settings are read with."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    os.environ["TONERLOOP_SECRET_KEY"] = "only for torture"
    # What makes the cast and proves acts for everybody; the product's processes say who they are.
    os.environ.update(TONERLOOP_HOME=str(home), TONERLOOP_DEMO="1", TONERLOOP_WALL="open")


def set_up(running: Stack, home: Path) -> None:
    """A migrated database, and Django in this process."""
    os.environ.update(running.server.environment())
    subprocess.run(tonerloop("migrate"), check=True, stdout=subprocess.DEVNULL)
    statics.collect(home)
    import django

    django.setup()


def _given(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Break everything under load; prove all is there.")
    parser.add_argument("--rounds", type=int, default=200, help="how many")
    parser.add_argument("--seconds", type=float, default=5.0, help="of load and faults in each")
    parser.add_argument("--seed", default="", help="of an earlier run, to play it again")
    parser.add_argument("--round", dest="first", type=int, default=1, help="the first one")
    parser.add_argument("--keep", action="store_true", help="write torture/RESULTS.md")
    given = parser.parse_args(argv)
    given.seed = given.seed or secrets.token_hex(4)
    return given


if __name__ == "__main__":
    sys.exit(main())
