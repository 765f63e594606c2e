"""Scanners against the running demo: `make demo`, then `make attack`. An hour at most, no test.

    python -m tools.attack [http://127.0.0.1:8000] [folder for the reports]

One person of each role logs in once; each view's each parameter is tried once by sqlmap (level 1),
the API by schemathesis with a key that the page “Programs” makes, each role's pages by wapiti, the
forms too: the demo's data are spoilt afterwards. A program that is not installed is left out, and
that is said. What ends with something to read is named; docs/security.md explains findings.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
import django

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.web.browser import launch  # noqa: E402
from tools.attack_targets import (  # noqa: E402
    EMAILS,
    Target,
    Visitor,
    get,
    of_api,
    query,
    walk,
)

SECONDS = int(os.environ.get("ATTACK_SECONDS", "15"))  # of one of wapiti's modules and one role
SPAN = int(os.environ.get("ATTACK_SPAN", "1200"))  # seconds of each stage; what is left is said
AT_ONCE = int(os.environ.get("AT_ONCE", "2"))
MODULES = (
    "xss,permanentxss,sql,exec,file,redirect,crlf,ssrf,csrf,http_headers,cookieflags,csp,methods"
)
# Who leaves, ends or becomes somebody else scans nothing from there on.
LEFT_OUT = (
    "/account/logout/",
    "/account/you/*",
    "/admin/logout/*",
    "/admin/person/*",
    "/log-in-rules/*",
    "/sessions/*",
    "/switch/*",
    "/static/*",
)
# Debian's wapiti 3.0.4 writes its pattern of what is left out in a way that Python 3.11 refuses.
WAPITI = """
import re, sys
from wapitiCore.net import crawler
crawler.wildcard_translate = lambda what: re.compile(re.escape(what).replace(r"\\*", ".*") + r"\\Z")
from wapitiCore.main.wapiti import wapiti_main
sys.exit(wapiti_main())
"""
# Nothing but this machine is asked, whatever a scanner would like to download or report.
NOWHERE = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
NOWHERE |= {name.lower(): value for name, value in NOWHERE.items()}
NOWHERE |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
ROLE_OF_KEY = {"buyer": "buyer", "office": "back_office", "desk": "order_desk"}
NOTHING, INJECTED = "do not appear to be injectable", "identified the following injection"
LEFT: list[str] = []  # scans for which there was no time
CALLED: list[str] = []  # paths at our own listener that the server itself was made to fetch


@dataclass
class Scan:
    """One program to run, and how its end is read: a finding in words, or nothing."""

    name: str
    command: list[str]
    read: Callable[[str, int], str]


def sqlmaps(web: str, targets: list[Target], credential: str, folder: Path) -> list[Scan]:
    """Each target once."""
    found = []
    for one in targets:
        command = ["sqlmap", "-u", f"{web}{one.path}?{query(one)}", "-p", ",".join(one.new)]
        command += [credential, "--batch", "--level=1", "--risk=1", "--dbms=PostgreSQL"]
        command += ["--disable-coloring", "--flush-session", "--drop-set-cookie"]
        name = f"sqlmap {one.path} {','.join(one.new)}"
        output = tempfile.mkdtemp(prefix="sqlmap-", dir=folder)
        found.append(Scan(name, [*command, f"--output-dir={output}"], _of_sqlmap))
    return found


def _of_sqlmap(said: str, _code: int) -> str:
    if INJECTED in said:
        return "INJECTED"
    return "" if NOTHING in said else (said.strip().splitlines() or ["silent"])[-3:][0]


def wapiti(web: str, who: Visitor, endpoint: str, folder: Path) -> Scan:
    """Everything that this person reaches by links and forms."""
    jar, report = folder / f"{who.email}.cookies", folder / f"{who.email}.json"
    kept = {one["name"]: _as_wapiti_has_it(one) for one in who.cookies}
    jar.write_text(json.dumps({"127.0.0.1": {"/": kept}}))
    command = [*_wapiti(), "-u", f"{web}/", "-c", str(jar), "-m", MODULES, "-v", "1"]
    for path in LEFT_OUT:
        command += ["-x", web + path]
    for start in ("/admin/",) if who.email.startswith("operator") else ():
        command += ["-s", web + start]
    command += ["-d", "4", "--max-links-per-page", "60", "--max-files-per-dir", "12"]
    command += ["--max-scan-time", str(4 * SECONDS), "--max-attack-time", str(SECONDS)]
    command += ["--endpoint", endpoint, "--no-bugreport", "--flush-session"]
    command += ["--store-session", str(folder / f"{who.email}.session")]
    return Scan(
        f"wapiti {who.email}",
        [*command, "-f", "json", "-o", str(report)],
        lambda _said, _code: _of_wapiti(report) + _still_in(web, who),
    )


def _wapiti() -> list[str]:
    program = shutil.which("wapiti")
    if program is None:
        return ["wapiti"]
    return [Path(program).read_text().splitlines()[0].removeprefix("#!"), "-c", WAPITI]


def _as_wapiti_has_it(cookie: Any) -> dict[str, Any]:
    facts = {"expires": None, "secure": False, "port": None, "version": 0}
    return {"value": cookie["value"], **facts}


def _of_wapiti(report: Path) -> str:
    if not report.exists():
        return "no report"
    told = json.loads(report.read_text())
    every = {**told["vulnerabilities"], **told["anomalies"]}
    return ", ".join(f"{len(found)} × {kind}" for kind, found in every.items() if found)


def _still_in(web: str, who: Visitor) -> str:
    with get(f"{web}/sessions/", Cookie=who.cookie) as answer:
        return "; LOGGED OUT MEANWHILE" if "login" in answer.url else ""


def schemathesis(web: str, role: str, key: str, folder: Path) -> Scan:
    """All operations with this role's key, right and wrong requests."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or "schemathesis"
    command = [program, "run", f"{web}/api/v1/openapi.json"]
    command += ["-H", f"Authorization: Bearer {key}", "-n", "5", "--max-time", str(12 * SECONDS)]
    command += ["--continue-on-failure", "--no-color", "--generation-database", "none"]
    command += ["--checks", "all", "--report", "json", "--report-dir", str(folder / role)]
    return Scan(f"schemathesis {role}", command, lambda _s, code: f"ends with {code}" * bool(code))


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


def visit(web: str, folder: Path, endpoint: str) -> list[list[Scan]]:
    """Log everybody in; what to run, one stage after the other: what spoils the data is last."""
    known: set[tuple[str, str]] = set()
    reading, programs, writing = [], [], []
    emails = os.environ.get("EMAILS", ",".join(EMAILS)).split(",")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for email in emails:
            who = walk(browser, web, email.strip(), known)
            print(f"{who.email}: {len(who.targets)} queries, {len(who.keys)} keys", flush=True)
            reading += sqlmaps(web, who.targets, f"--cookie={who.cookie}", folder)
            writing.append(wapiti(web, who, endpoint, folder))
            for kind, key in who.keys.items():
                role = _role(email, kind)
                targets = of_api(web, key, role, known)
                header = f"--headers=Authorization: Bearer {key}"
                reading += sqlmaps(web, targets, header, folder)
                programs.append(schemathesis(web, role, key, folder))
        browser.close()
    return [reading, programs, writing]


def _role(email: str, kind: str) -> str:
    if email.startswith("office@greenway"):
        return "clerk" if kind else "dispatcher"
    return ROLE_OF_KEY[email.split("@")[0]]


def run(scan: Scan, folder: Path, ends: float) -> str:
    """Run it and keep what it said; returns what is to be read, or nothing.

    What has not begun when its stage ends (by `time.monotonic`) is left out, and counted.
    """
    if time.monotonic() > ends:
        LEFT.append(scan.name)
        return ""
    if shutil.which(scan.command[0]) is None:
        return f"left out: {scan.command[0]} is not installed"
    kept = folder / (scan.name.replace("/", "_").replace(" ", "-")[:150] + ".txt")
    with kept.open("w") as file:
        code = subprocess.run(
            scan.command,
            stdout=file,
            stderr=file,
            stdin=subprocess.DEVNULL,
            timeout=1800,
            cwd=folder,
            env=os.environ | NOWHERE,
        ).returncode
    found = scan.read(kept.read_text(errors="replace"), code)
    print(f"{scan.name}: {found or 'nothing'}", flush=True)
    return found


def _all(stage: list[Scan], folder: Path) -> int:
    """Run a stage's scans in any sequence, so that a short one meets some of every role's."""
    ends, mixed = time.monotonic() + SPAN, random.sample(stage, len(stage))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(map(bool, pool.map(lambda one: run(one, folder, ends), mixed)))


def main() -> int:
    """The number of scans that ended with something to read."""
    web = (sys.argv[1:] or ["http://127.0.0.1:8000"])[0]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="attack-"))
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    listener = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    found = 0
    for stage in visit(web, folder, f"http://127.0.0.1:{listener.server_port}/"):
        found += _all(stage, folder)
    print(f"the server was made to call {len(CALLED)} times: {CALLED[:5]}")
    print(f"left out for want of time: {len(LEFT)}")
    print(f"reports: {folder}; ended with something to read: {found}")
    return min(found, 100)


if __name__ == "__main__":
    sys.exit(main())
