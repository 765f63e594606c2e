"""Nothing in the repository tells of the machine on which it was written."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Pieced together, so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"/" + r"(home|Users)/[a-z]",
            r"/" + r"root/",
            r"/" + r"work/",
            r"/" + r"opt/",
            r"pypi" + r"\.org",
            r"files\.python" + r"hosted",
            r"--(extra-)?index" + r"-url\b",
            r"find" + r"-links",
            r"\b(TO" + r"DO|FIX" + r"ME)\b",
        ]
    )
)
VENDORED = ("static/vendor/", "static/tonerloop/vendor/", "LICENSE")


def tracked() -> list[Path]:
    """The files of the repository, else (in an archive without history) all that are here."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    names = [name for name in told.stdout.split("\0") if name]
    return [ROOT / name for name in names if not any(part in name for part in VENDORED)]


def test_no_registry_and_no_machine_path() -> None:
    files = tracked()
    if not files:
        pytest.skip("not a repository")
    found = []
    for file in files:
        try:
            text = file.read_text()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if word := FORBIDDEN.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {word.group()}")
    assert not found


def test_the_locks_name_versions_and_hashes_only() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        for line in lock.read_text().splitlines():
            assert re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==|    --hash=sha256:|#|$", line), line
