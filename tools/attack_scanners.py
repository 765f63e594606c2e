"""What each scanner is told to do, what it got through, and what it leaves to be explained."""

import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.attack_targets import Target, Visitor, get, query

MODULES = (
    *("xss", "permanentxss", "sql", "exec", "file", "redirect", "crlf", "ssrf", "csrf"),
    *("http_headers", "cookieflags", "csp", "methods"),
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
SAFE = re.compile(r"parameter '([^']+)' does not seem to be injectable")
INJECTED = re.compile(r"^(?:\w+ parameter '|Parameter: )([^' ]+)'? (?:is vulnerable|\()", re.M)
# A first guess, which the tests that follow confirm or not.
GUESSED = re.compile(r"heuristic \((\w+)\) test shows that .*?(might be .*)", re.I)
CUT = re.compile(r"Max attack time was reached for module (\w+)")
BEGUN = re.compile(r"Launching module (\w+)")
SHUT = re.compile(r"/account/login/\?next=\S+")
TESTED = re.compile(r"Tested:\s+(\d+)")
SELECTED = re.compile(r"Selected:\s+(\d+)")
FAILED = re.compile(r"^- (ST\d+ .+)$", re.M)


@dataclass
class Outcome:
    """What a scan got through of what it was asked, what is to be read, and figures in words."""

    done: int
    found: list[str] = field(default_factory=list)
    words: str = ""


@dataclass
class Scan:
    """One program to run for one role, how many things it shall try, and how its end is read."""

    by: str
    role: str
    name: str
    command: list[str]
    asked: int
    read: Callable[[str, int], Outcome]


def sqlmaps(
    web: str, role: str, targets: list[Target], credential: str, folder: Path
) -> list[Scan]:
    """Each target once; a status that it did not expect keeps it from nothing."""
    found = []
    for one in targets:
        command = ["sqlmap", "-u", f"{web}{one.path}?{query(one)}", "-p", ",".join(one.new)]
        command += [credential, "--batch", "--level=1", "--risk=1", "--dbms=PostgreSQL"]
        command += ["--disable-coloring", "--flush-session", "--drop-set-cookie"]
        command += ["--ignore-code=*", "--timeout=60"]
        output = tempfile.mkdtemp(prefix="sqlmap-", dir=folder)
        name, names = f"sqlmap {one.path} {','.join(one.new)}", frozenset(one.new)
        command.append(f"--output-dir={output}")
        found.append(Scan("sqlmap", role, name, command, len(names), _sqlmap_reader(names)))
    return found


def _sqlmap_reader(names: frozenset[str]) -> Callable[[str, int], Outcome]:
    def read(said: str, _code: int) -> Outcome:
        injected = set(INJECTED.findall(said))
        guesses = {f"guess: {' '.join(one)}" for one in GUESSED.findall(said)}
        untold = names - injected - set(SAFE.findall(said))
        found = [f"INJECTED {one}" for one in sorted(injected)]
        found += [one for one in sorted(guesses) if "not be" not in one]
        if untold:
            found.append(f"not tried {','.join(sorted(untold))}: {_last(said)}")
        return Outcome(len(names) - len(untold), found)

    return read


def _last(said: str) -> str:
    lines = [one for one in said.splitlines() if "[CRITICAL]" in one or "[ERROR]" in one]
    return lines[-1].split("] ", 2)[-1][:120] if lines else "ended before"


def wapiti(web: str, who: Visitor, seconds: int, endpoint: str, folder: Path) -> Scan:
    """A page of each view that no role had before, the forms on them, and the pages linked.

    Each module has so many seconds, and four times as many to look at the pages first.
    """
    jar, report = folder / f"{who.email}.cookies", folder / f"{who.email}.json"
    kept = {one["name"]: _as_wapiti_has_it(one) for one in who.cookies}
    jar.write_text(json.dumps({"127.0.0.1": {"/": kept}}))
    command = ["wapiti", "-u", f"{web}/", "-c", str(jar), "-m", ",".join(MODULES), "-v", "1"]
    for path in LEFT_OUT:
        command += ["-x", web + path]
    for path in who.pages:
        command += ["-s", web + path]
    command += ["-d", "1", "--max-files-per-dir", "4", "--scope", "folder"]
    command += ["--max-scan-time", str(4 * seconds), "--max-attack-time", str(seconds)]
    command += ["--endpoint", endpoint, "--no-bugreport", "--flush-session", "-dr", "1"]
    command += ["--store-session", str(folder / f"{who.email}.session")]
    command += ["-f", "json", "-o", str(report)]

    def read(said: str, _code: int) -> Outcome:
        return _of_wapiti(said, report, _still_in(web, who))

    return Scan("wapiti", who.email, f"wapiti {who.email}", command, len(MODULES), read)


def _as_wapiti_has_it(cookie: Any) -> dict[str, Any]:
    facts = {"expires": None, "secure": False, "port": None, "version": 0}
    return {"value": cookie["value"], **facts}


def _of_wapiti(said: str, report: Path, still_in: bool) -> Outcome:
    begun, cut = set(BEGUN.findall(said)), set(CUT.findall(said))
    found = [] if still_in else ["LOGGED OUT MEANWHILE"]
    if shut := len(set(SHUT.findall(said))):
        found.append(f"NOT LOGGED IN at {shut} pages")
    if not report.exists():
        return Outcome(0, [*found, "no report"], "")
    told = json.loads(report.read_text())
    every = {**told["vulnerabilities"], **told["anomalies"]}
    found += [f"{len(rows)} × {kind}" for kind, rows in every.items() if rows]
    words = f"{told['infos']['crawled_pages_nbr']} pages and forms"
    if cut:
        words += f"; not through: {', '.join(sorted(cut))}"
    return Outcome(len(begun - cut), found, words)


def _still_in(web: str, who: Visitor) -> bool:
    with get(f"{web}/sessions/", Cookie=who.cookie) as answer:
        return "login" not in answer.url


def schemathesis(web: str, role: str, key: str, seconds: int, folder: Path) -> Scan:
    """All operations with this role's key, right and wrong requests."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent)) or "schemathesis"
    command = [program, "run", f"{web}/api/v1/openapi.json"]
    command += ["-H", f"Authorization: Bearer {key}", "-n", "5", "--max-time", str(seconds)]
    command += ["--continue-on-failure", "--no-color", "--generation-database", "none"]
    command += ["--request-timeout", "60"]
    command += ["--checks", "all", "--report", "json", "--report-dir", str(folder / role)]
    return Scan("schemathesis", role, f"schemathesis {role}", command, 0, _of_schemathesis)


def _of_schemathesis(said: str, code: int) -> Outcome:
    done, of = (int((one.findall(said) or [0])[-1]) for one in (TESTED, SELECTED))
    kinds = Counter(FAILED.findall(said))
    found = [f"{times} × {kind}" for kind, times in sorted(kinds.items())]
    found += [f"ends with {code}"] if code and not found else []
    return Outcome(done, found, f"of {of} operations")
