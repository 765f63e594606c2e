"""Lighthouse on the salesperson's screens of the running demo: `make demo`, then this.

    npm install --prefix FOLDER lighthouse
    python -m tools.lighthouse FOLDER/node_modules/.bin/lighthouse [http://127.0.0.1:8000]

Runs the mobile preset, logged in, on the list and on its first order, and prints the scores.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.browser import find_chromium, launch

CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
FLAGS = "--headless=new --no-sandbox"


def logged_in(page: Page, web: str, email: str) -> tuple[str, list[str]]:
    """The session's cookie, and the screens to look at."""
    page.goto(f"{web}/sales/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(re.compile("/sales/$"))
    cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
    order = page.locator("[data-address]").first.get_attribute("data-address")
    return cookies, [f"{web}/sales/", f"{web}{order}"]


def scores(lighthouse: str, url: str, cookies: str, folder: Path) -> dict[str, int]:
    """What Lighthouse says of one screen, of 100 each; its report stays in the folder."""
    report = folder / f"{re.sub(r'[^a-z0-9]+', '-', url)}.json"
    command = [
        *(lighthouse, url, "--quiet", "--output=json", f"--output-path={report}"),
        *(f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={FLAGS}"),
        f"--extra-headers={json.dumps({'Cookie': cookies})}",
    ]
    chromium = find_chromium() or ""
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium})
    found = json.loads(report.read_text())["categories"]
    return {name: round(found[name]["score"] * 100) for name in CATEGORIES}


def main() -> int:
    """0 if every score is at least 95."""
    lighthouse, web = sys.argv[1], (sys.argv[2:] or ["http://127.0.0.1:8000"])[0]
    email = os.environ.get("EMAIL", "sales@kanda-oa.example")
    folder = Path(tempfile.mkdtemp(prefix="lighthouse-"))
    with sync_playwright() as playwright:
        browser = launch(playwright)
        cookies, screens = logged_in(browser.new_page(), web, email)
        browser.close()
    found = {url: scores(lighthouse, url, cookies, folder) for url in screens}
    for url, each in found.items():
        print(url, *(f"{name} {score}" for name, score in each.items()), sep="  ")
    print(f"Reports: {folder}")
    return 0 if all(score >= LEAST for each in found.values() for score in each.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
