"""`python -m torture.memory --minutes 60`: memory under an hour of load is flat, or this fails."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from tonerloop.config.processes import Stopped, stoppable
from torture.run import prepare, set_up
from torture.stack import PROGRAMS, Stack, offspring, stack

if TYPE_CHECKING:  # Django is set up once there is a database
    from torture.load import Load, Part, People
    from torture.rounds import Rounds

RESULTS = Path(__file__).parent / "MEMORY.md"
FEWEST = 8  # samples: two in each quarter
ALLOWED = 1.1  # the last quarter's mean by the second's; the first is still growing into its caches
PAGES = ("/order/", "/order/orders/", "/order/collection/", "/order/collection/rewards/")


@dataclass
class Samples:
    """Resident megabytes of each program with all its processes, once a minute."""

    taken: list[dict[str, float]] = field(default_factory=list)

    def quarter(self, name: str, which: int) -> float:
        """The mean in one quarter (0 to 3) of the time."""
        found = [each[name] for each in self.taken]
        size = len(found) // 4
        return mean(found[which * size : (which + 1) * size if which < 3 else None])

    def growth(self, name: str) -> float:
        """The last quarter's mean by the second's."""
        return self.quarter(name, 3) / self.quarter(name, 1)

    def growing(self) -> list[str]:
        """The programs that are not flat."""
        return [name for name in PROGRAMS if self.growth(name) > ALLOWED]


def main(argv: Sequence[str] | None = None) -> int:
    """Load for so many minutes; 1 if a program grew."""
    parser = argparse.ArgumentParser(description="Memory of each program under load.")
    parser.add_argument("--minutes", type=int, default=60)
    given = parser.parse_args(argv)
    if given.minutes < FEWEST:
        parser.error(f"two samples in each quarter, at least: {FEWEST} minutes")
    home = Path(tempfile.mkdtemp(prefix="tonerloop-memory-"))
    prepare(home)
    samples = Samples()
    with suppress(Stopped), stoppable(), stack(home) as running:
        set_up(running, home)
        _measure(running, home, given.minutes, samples)
    shutil.rmtree(home, ignore_errors=True)
    return 1 if len(samples.taken) < FEWEST or samples.growing() else 0


def _measure(running: Stack, home: Path, minutes: int, samples: Samples) -> None:
    """Take the samples; what is known is written down each minute, should we be stopped."""
    from torture.load import Load
    from torture.parts import parts
    from torture.rounds import Rounds

    series = Rounds(running, "memory", home)
    series.begin()
    began = time.monotonic()
    load = Load(running.url, series.cast, series.diary, "memory", pause=(0.3, 1.0))
    beginners, followers = parts(load, series.people)
    load.start({**beginners, "reader": _reader(series.people)}, followers)
    for minute in range(minutes):
        time.sleep(60)
        running.family.check()
        samples.taken.append({name: resident(running, name) for name in PROGRAMS})
        print(minute + 1, {name: round(mb) for name, mb in samples.taken[-1].items()}, flush=True)
        if len(samples.taken) >= FEWEST:
            RESULTS.write_text(_told(samples, series, time.monotonic() - began))
    load.finish()


def _reader(people: "People") -> "Part":
    """Somebody who only looks."""

    def read(load: "Load", rng: random.Random) -> None:
        reader = people(load.cast.world.buyer.email, "reading")
        for page in PAGES:
            reader.log_in(page)

    return read


def resident(running: Stack, name: str) -> float:
    """Megabytes of one program, all its processes together."""
    pids = [each.process.pid for each in running.family.children if each.name == name]
    for pid in pids:
        pids += offspring(pid)  # the list grows while it is gone through: children's children, too
    return sum(_megabytes(pid) for pid in pids)


def _megabytes(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def _told(samples: Samples, series: "Rounds", seconds: float) -> str:
    """The table of a run of so many seconds, with the verdict."""
    growing, deeds, asked = samples.growing(), series.deeds(), series.diary.requests
    load = os.getloadavg()[2]
    head = f"| minute | {' | '.join(PROGRAMS)} |\n| ---: |{' ---: |' * len(PROGRAMS)}\n"
    rows = [
        f"| {minute} | {' | '.join(f'{each[name]:.0f}' for name in PROGRAMS)} |"
        for minute, each in enumerate(samples.taken, 1)
    ]
    grown = " | ".join(f"{samples.growth(name):.2f}" for name in PROGRAMS)
    last = f"| **last quarter by second** | {grown} |"
    verdict = f"growing: {', '.join(growing)}" if growing else "flat"
    return f"""# Memory under load

{seconds / 60:.0f} minutes with nothing broken: {asked["answered"]:,} requests answered, \
{deeds["order placed"] / seconds:.1f} orders a second and all that follows from them, \
{len(series.stack.receiver.heard):,} webhooks. Load of the machine at the end: {load:.0f}.
**Memory is {verdict}** (flat: the last quarter's mean is at most {ALLOWED} times the second's).

Resident megabytes of each program with all its processes:

{head}""" + "\n".join([*rows, last, ""])


if __name__ == "__main__":
    sys.exit(main())
