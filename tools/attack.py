"""Scanners against the running demo: `make demo`, then `make attack`. An hour at most, no test.

    python -m tools.attack [http://127.0.0.1:8000] [folder for the reports]

Each role logs in; each different view with a query is tried once by sqlmap (level 1), each role's
pages by wapiti, the API by schemathesis with a key of `TONERLOOP_KEY`. A program that is not
installed is left out, and that is said. Reports are to be read: docs/security.md explains findings.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.web.browser import launch
from tools.crawl import log_in, screens

MINUTES = 6  # of one role and scanner
# Views that narrow by a query, and a value that is usual there.
QUERIES = {
    "/order/orders/": "q=toner&page=1",
    "/seller/": "q=toner&status=placed&page=1",
    "/seller/customers/": "q=a&page=1",
    "/seller/prices/": "level=list&page=1",
    "/sales/orders/": "q=toner&page=1",
    "/desk/orders/": "q=toner&page=1",
    "/audit/": "about=prices&person=1&first=2026-01-01&last=2026-12-31",
}


def commands(web: str, cookies: str, paths: list[str], folder: Path) -> list[list[str]]:
    """What to run as somebody who is logged in with these cookies."""
    found = [_sqlmap(f"{web}{p}?{QUERIES[p]}", cookies, folder) for p in paths if p in QUERIES]
    exclude = ("-x", f"{web}/account/logout/", "-x", f"{web}/account/you/")
    report = str(folder / f"wapiti-{len(list(folder.iterdir()))}.json")
    limits = ("--max-scan-time", str(60 * MINUTES), "--scope", "folder", "-f", "json", "-o", report)
    found.append(["wapiti", "-u", f"{web}/", "-H", f"Cookie: {cookies}", *exclude, *limits])
    return found


def _sqlmap(url: str, cookies: str, folder: Path) -> list[str]:
    gentle = ("--batch", "--level=1", "--risk=1", "--threads=2", "--flush-session")
    return ["sqlmap", "-u", url, f"--cookie={cookies}", *gentle, f"--output-dir={folder}"]


def api(web: str) -> list[list[str]]:
    """The API, where a key is given."""
    key = os.environ.get("TONERLOOP_KEY")
    if not key:
        print("left out: the API. Set TONERLOOP_KEY to one that the page “Programs” made.")
        return []
    header = f"Authorization: Bearer {key}"
    return [["schemathesis", "run", f"{web}/api/v1/openapi.json", "-H", header]]


def emails() -> list[str]:
    """The log-ins of the demo that were named, by EMAILS (separated by commas)."""
    return [one.strip() for one in os.environ.get("EMAILS", "").split(",") if one.strip()]


def main() -> int:
    """The number of scanners that ended with a finding or an error."""
    web = (sys.argv[1:] or ["http://127.0.0.1:8000"])[0]
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="attack-"))
    wanted = api(web)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for email in emails():
            page = browser.new_context().new_page()
            log_in(page, web, email, "demo")
            paths = [path for _name, path in screens(page, web)]
            cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
            wanted += commands(web, cookies, paths, folder)
        browser.close()
    failed = 0
    for command in wanted:
        if shutil.which(command[0]) is None:
            print(f"left out: {command[0]} is not installed")
            continue
        print("running:", " ".join(command[:3]), flush=True)
        failed += subprocess.run(command, check=False, timeout=60 * MINUTES * 2).returncode != 0
    print(f"reports: {folder}; ended with something to read: {failed}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
