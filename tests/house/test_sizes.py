"""Small rooms: no function over 40 lines, no file over 400."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
FILES = sorted(f for f in SOURCE.rglob("*.py") if "migrations" not in f.parts)
MOST_IN_A_FILE, MOST_IN_A_FUNCTION = 400, 40


def long_functions(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_IN_A_FUNCTION:
                yield f"{file.name}:{node.lineno} {node.name} has {length} lines"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_rooms_are_small(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_IN_A_FILE
    assert not list(long_functions(file))
