"""`python -m torture.overload`: ten times more clients than there is room for; what they see."""

import os
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles

from tonerloop.config.serve import SPARE, threads, waiting
from torture.run import prepare, set_up
from torture.stack import Stack, offspring, stack

WORKERS, SECONDS = 2, 20.0
RESULTS = Path(__file__).parent / "OVERLOAD.md"


@dataclass
class Seen:
    """What the clients of one measurement were answered, with the seconds it took."""

    took: dict[int, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: int, seconds: float) -> None:
        """One answer."""
        with self.guard:
            self.took.setdefault(status, []).append(seconds)

    def p95(self, status: int) -> float:
        """Of the answers with a status, in milliseconds."""
        found = self.took.get(status, [])
        return 1000 * quantiles(found, n=20)[-1] if len(found) > 1 else 0.0


def main() -> int:
    """Measure on an empty product, write down what came of it."""
    home = Path(tempfile.mkdtemp(prefix="tonerloop-overload-"))
    prepare(home)
    load = os.getloadavg()[0]
    with stack(home) as running:
        set_up(running, home)
        cookie = _start(running)
        room = WORKERS * (threads() + waiting())
        few = crowd(running, cookie, WORKERS * threads(), SECONDS / 2)
        before = memory(running)
        many = crowd(running, cookie, 10 * room, SECONDS)
        began = time.monotonic()
        again = recovered(running, cookie, few.p95(200))
        _keep(few, many, room, again - began, before, memory(running), load)
    return 0


def crowd(running: Stack, cookie: str, clients: int, seconds: float) -> Seen:
    """So many clients that ask for the order screen again and again."""
    seen, until = Seen(), time.monotonic() + seconds
    args = [running, cookie, seen, until]
    crew = [threading.Thread(target=_ask, args=args) for _client in range(clients)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    return seen


def _ask(running: Stack, cookie: str, seen: Seen, until: float) -> None:
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            status = once(running, cookie)
            seen.note(status, time.monotonic() - began)
            if status == 503:
                time.sleep(1)  # sooner than they are told to
        except OSError as error:
            seen.errors[type(error).__name__] += 1


def once(running: Stack, cookie: str) -> int:
    """The status of one page."""
    connection = HTTPConnection("127.0.0.1", running.web, timeout=60)
    try:
        connection.request("GET", "/order/", headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def recovered(running: Stack, cookie: str, usual: float) -> float:
    """The moment from which ten pages in a row come at the usual pace."""
    row = 0
    while row < 10:
        began = time.monotonic()
        fine = once(running, cookie) == 200 and 1000 * (time.monotonic() - began) < 2 * usual
        row = row + 1 if fine else 0
    return time.monotonic()


def memory(running: Stack) -> float:
    """Megabytes of the web server's processes."""
    master = next(c.process.pid for c in running.family.children if c.name == "web")
    found = 0
    for pid in (master, *offspring(master)):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                found += int(line.split()[1])
    return found / 1024


def _start(running: Stack) -> str:
    """The product runs, and a buyer is logged in."""
    from tests.world import make_world
    from tonerloop.config.showing import wait_until_ready
    from torture.clients import Person
    from torture.diary import Diary

    world = make_world()
    running.family.environment = running.environment()
    running.family.logs = running.home / "logs"
    running.start("web")
    wait_until_ready(f"{running.url}/readyz", running.family.check)
    person = Person(running.url, world.buyer.email, Diary())
    person.log_in("/order/")
    return "; ".join(f"{each.name}={each.value}" for each in person.cookies)


def _keep(
    few: Seen, many: Seen, room: int, back: float, before: float, after: float, load: float
) -> None:
    answered = sum(len(found) for found in many.took.values())
    shed = len(many.took.get(503, []))
    text = f"""# Too many at once

{WORKERS} processes of {threads()} threads, room for {room} requests ({SPARE} more threads say no).
What else the machine had to do: a load of {load:.0f}.

| | as many clients as threads | {10 * room} clients |
| --- | ---: | ---: |
| pages a second | {len(few.took.get(200, [])) / (SECONDS / 2):.0f} | \
{len(many.took.get(200, [])) / SECONDS:.0f} |
| p95 of the pages | {few.p95(200):.0f} ms | {many.p95(200):.0f} ms |
| answered 503 | 0 % | {100 * shed / max(1, answered):.0f} % |
| p95 of the 503 | | {many.p95(503):.0f} ms |
| connections that failed | {sum(few.errors.values())} | {sum(many.errors.values())} |

Ten pages in a row at the usual pace {back:.1f} s after the last of them had gone.
Memory of the web server: {before:.0f} MB before, {after:.0f} MB after.
"""
    RESULTS.write_text(text)
    print(text)


if __name__ == "__main__":
    sys.exit(main())
