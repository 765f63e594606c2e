"""Scanners against the running demo: `make demo`, then `make attack`. An hour at most, no test.

    python -m tools.attack [http://127.0.0.1:8000] [folder for the reports]

One person of each role logs in once; each view's each parameter is tried once by sqlmap (level 1),
the API by schemathesis with a key that the page “Programs” makes, each role's pages by wapiti, the
forms too: the demo's data are spoilt afterwards. A program that is not installed is left out, and
that is said. `report.md` tells what was covered and what is to be read; docs/security.md explains.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, zip_longest
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
import django

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.web.browser import launch  # noqa: E402
from tools.attack_report import Ended, report  # noqa: E402
from tools.attack_scanners import MODULES, Outcome, Scan, schemathesis, sqlmaps, wapiti  # noqa: E402
from tools.attack_targets import EMAILS, Known, Visitor, of_api, walk  # noqa: E402

SPAN = int(os.environ.get("ATTACK_SPAN", "3600"))  # seconds of all; what is left out is said
AT_ONCE = int(os.environ.get("AT_ONCE", "2"))
STAGES = set(os.environ.get("ATTACK_BY", "sqlmap,schemathesis,wapiti").split(","))
# Of the time that is left when the stage begins; what one does not use is the next one's.
SHARES = {"sqlmap": 0.55, "schemathesis": 0.3, "wapiti": 0.9}
LONGEST = 420  # seconds of one sqlmap
# Nothing but this machine is asked, whatever a scanner would like to download or report.
NOWHERE = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
NOWHERE |= {name.lower(): value for name, value in NOWHERE.items()}
NOWHERE |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
ROLE_OF_KEY = {"buyer": "buyer", "office": "back_office", "desk": "order_desk"}
CALLED: list[str] = []  # paths at our own listener that the server itself was made to fetch
Keys = list[tuple[str, str]]  # a role and its key


class Listener(BaseHTTPRequestHandler):
    """Where a server goes that can be sent somewhere; wapiti asks here for what came."""

    def do_GET(self) -> None:
        if not self.path.startswith("/get_") and self.path != "/":
            CALLED.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Nothing: CALLED has it."""


def visit(web: str, folder: Path) -> tuple[list[Visitor], Keys, list[list[Scan]]]:
    """Log everybody in and walk; who they are, their programs' keys, each role's sqlmaps."""
    known: Known = set()
    people: list[Visitor] = []
    keys: Keys = []
    readings: list[list[Scan]] = []
    emails = os.environ.get("EMAILS", ",".join(EMAILS)).split(",")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for email in map(str.strip, emails):
            who = walk(browser, web, email, known)
            people.append(who)
            told = f"{who.views} views, {len(who.addresses)} addresses with a query"
            print(f"{email}: {told}, {len(who.targets)} to try, {len(who.keys)} keys", flush=True)
            cookie = f"--cookie={who.cookie}"
            readings.append(sqlmaps(web, email, who.targets, cookie, folder))
            for kind, key in who.keys.items():
                role = _role(email, kind)
                keys.append((role, key))
                header = f"--headers=Authorization: Bearer {key}"
                lists = of_api(web, key, role, known)
                readings.append(sqlmaps(web, f"key of {role}", lists, header, folder))
        browser.close()
    return people, keys, readings


def _role(email: str, kind: str) -> str:
    if email.startswith("office@greenway"):
        return "clerk" if kind else "dispatcher"
    return ROLE_OF_KEY[email.split("@")[0]]


def in_turn(queues: list[list[Scan]]) -> Iterator[Scan]:
    """One of each role, then the next of each, so that a short time is everybody's."""
    return (one for one in chain.from_iterable(zip_longest(*queues)) if one)


def run(scan: Scan, folder: Path, ends: float, longest: float) -> Ended:
    """Run it and keep what it said; none of it where its stage ends (`time.monotonic`) before."""
    left = ends - time.monotonic()
    if left <= 0:
        return Ended(scan, Outcome(0), begun=False)
    if shutil.which(scan.command[0]) is None:
        return Ended(scan, Outcome(0, [f"{scan.command[0]} is not installed"]), begun=False)
    kept = folder / (scan.name.replace("/", "_").replace(" ", "-")[:150] + ".txt")
    with kept.open("w") as file:
        code = _ran(scan.command, file.fileno(), folder, min(longest, left + 60))
    outcome = scan.read(kept.read_text(errors="replace"), code)
    print(f"{scan.name}: {'; '.join(outcome.found) or 'nothing'}", flush=True)
    return Ended(scan, outcome, begun=True)


def _ran(command: list[str], out: int, folder: Path, longest: float) -> int:
    """Its exit code; 124 where it was ended for taking too long."""
    nothing, env = subprocess.DEVNULL, os.environ | NOWHERE
    try:
        return subprocess.run(
            command, stdout=out, stderr=out, stdin=nothing, timeout=longest, cwd=folder, env=env
        ).returncode
    except subprocess.TimeoutExpired:
        return 124


def main() -> int:
    """The number of scans that ended with something to read."""
    web = (sys.argv[1:] or ["http://127.0.0.1:8000"])[0]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="attack-"))
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{listener.server_port}/"
    ends = time.monotonic() + SPAN
    people, keys, readings = visit(web, folder)

    def stage(by: str, scans: Callable[[float], list[Scan]], longest: float = SPAN) -> list[Ended]:
        left = max(0.0, (ends - time.monotonic()) * SHARES[by])
        begun, until = scans(left) if by in STAGES else [], time.monotonic() + left
        with ThreadPoolExecutor(AT_ONCE) as pool:
            ended = list(pool.map(lambda one: run(one, folder, until, longest), begun))
        (folder / "report.md").write_text(report(people, done + ended, CALLED))
        return ended

    def share(left: float, among: int) -> int:
        return max(3, int(left * AT_ONCE / max(among, 1)))

    done: list[Ended] = []
    done += stage("sqlmap", lambda _left: list(in_turn(readings)), LONGEST)
    done += stage(
        "schemathesis",
        lambda left: [schemathesis(web, *k, share(left, len(keys)), folder) for k in keys],
    )
    parts = len(people) * (len(MODULES) + 4)  # looking at the pages takes as long as four modules
    done += stage(
        "wapiti",
        lambda left: [wapiti(web, who, share(left, parts), endpoint, folder) for who in people],
    )
    print((folder / "report.md").read_text())
    print(f"reports: {folder}")
    return min(sum(bool(one.outcome.found) for one in done), 100)


if __name__ == "__main__":
    sys.exit(main())
