"""Finding a Chromium: this machine's own, Playwright's, or Debian's where it may be installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
MISSING = """
******************************************************************************
  NO CHROMIUM: the tests in a real browser and the pictures of the screens are
  NOT RUN. Install a Chromium, for instance with
      apt-get install chromium        (as root, Debian and Ubuntu)
      .venv/bin/playwright install chromium
  and run this again.
******************************************************************************
"""


def find_chromium() -> str | None:
    """The path of a Chromium on this machine."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def launch(playwright: Playwright) -> Browser:
    """A headless Chromium that reaches nothing but this machine."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


def install() -> None:
    """Debian's, where we may: as root, with apt-get."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-q", *step], env=quiet, check=False)


def main() -> int:
    """Make sure that there is one: 0; else say loudly what is not run, which in CI is an error."""
    if find_chromium() is None:
        install()
    if found := find_chromium():
        print(f"Browser: {found}")
        return 0
    print(MISSING, file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
