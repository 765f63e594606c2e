"""What docs/security.md says is shown by a test has that test."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
NUMBER = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:–(?:\d+\.){2}(\d+))?")


def test_each_named_test_is_there() -> None:
    for file in re.findall(r"`(tests/[\w/]+\.py)", PAGE):
        assert (ROOT / file).exists(), file
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 40
    for file, name in named:
        assert re.search(rf"def {name}\(", (ROOT / file).read_text()), f"{file}::{name}"


def test_no_requirement_stands_twice() -> None:
    table = PAGE.split("## ASVS")[1].split("## Scanners")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if re.match(r"\| \d", line)]
    numbers = [found[0] for row in rows for found in NUMBER.finditer(row)]
    assert sorted(numbers) == sorted(set(numbers))
