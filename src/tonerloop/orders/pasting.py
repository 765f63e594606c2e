"""Reading pasted part numbers with quantities: what each line may mean, without a catalogue.

Part numbers may have spaces, be all digits, or end in "x3", so a line can be read in more than
one way. The readings come in order of likelihood; the catalogue then decides between them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES = 200
LONGEST_LINE = 200
LONGEST_PART = 40  # of what is shown and looked up; part numbers are no longer than this
MOST_CELLS = 6
MOST_READINGS = 8

_TIMES = "x×*✕✖"
# A quantity with the word that people put behind it; the sign is kept, so that it is refused.
_QUANTITY = re.compile(r"[+-]?\d{1,12}(?:[.,]\d+)?", re.ASCII)
_WORDS = r"\s*(?:pcs?|pieces?|ea|stk|x|個|本|箱|セット|枚)\.?"
_UNIT = re.compile(_WORDS + "$", re.IGNORECASE)
_FIRST = re.compile(rf"([+-]?\d+)\s*(?:[{_TIMES}]|pcs?\.?\s|個)\s*(\S.*)", re.IGNORECASE)
_LAST = re.compile(rf"(.*?\S)\s*[{_TIMES}]\s*([+-]?\d+(?:[.,]\d+)?)(?:{_WORDS})?", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))
_BETWEEN = re.compile(r"[\t;]")
_COMMA = re.compile(r",(?!000(?!\d))")  # not the one in 1,000


@dataclass(frozen=True)
class Reading:
    """One way to read a line; `quantity` as typed, "" where none was."""

    part_number: str
    quantity: str


@dataclass(frozen=True)
class PastedLine:
    """A line that says something: its number in the text, the text, and what it may mean."""

    number: int
    text: str
    readings: tuple[Reading, ...]


def plain(text: str) -> str:
    """Full-width letters and digits become plain ones, every dash the same, blanks single."""
    kept = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return " ".join(kept.replace("\x00", " ").split())


def read(text: str) -> list[PastedLine]:
    """The lines of the text that say something; a heading of a table is not one of them."""
    lines: list[PastedLine] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        cells = [cell for cell in map(plain, _cells(raw[:LONGEST_LINE])) if cell]
        if not cells or (not lines and _is_heading(cells)):
            continue
        readings = tuple(dict.fromkeys(_readings(cells)))[:MOST_READINGS]
        lines.append(PastedLine(number, plain(raw[:LONGEST_LINE])[:LONGEST_LINE], readings))
    return lines


def _cells(raw: str) -> list[str]:
    text = unicodedata.normalize("NFKC", raw)[:LONGEST_LINE]
    return (_BETWEEN if _BETWEEN.search(text) else _COMMA).split(text)


def _is_heading(cells: list[str]) -> bool:
    return len(cells) > 1 and not any(char.isdigit() for cell in cells for char in cell)


def _readings(cells: list[str]) -> Iterator[Reading]:
    if len(cells) == 1:
        yield from _of_one(cells[0])
        return
    cells = cells[:MOST_CELLS]
    counts = [place for place, cell in enumerate(cells) if _is_quantity(cell)]
    # A part number comes before its quantity in most tables, and right beside it.
    pairs = [(part, count) for part in range(len(cells)) for count in counts if part != count]
    for part, count in sorted(pairs, key=lambda pair: _likelihood(cells, pair)):
        yield Reading(cells[part][:LONGEST_PART], _number(cells[count]))
    if not counts:
        for cell in cells:
            yield from _of_one(cell)


def _likelihood(cells: list[str], pair: tuple[int, int]) -> tuple[bool, bool, bool, int, int]:
    part, count = pair
    is_name = not any(char.isdigit() for char in cells[part])
    return (_is_quantity(cells[part]), is_name, part > count, abs(part - count), part)


def _of_one(text: str) -> Iterator[Reading]:
    """Ways to read a line without cells: ABC, 3x ABC, ABC × 3, ABC 3, 3 ABC."""
    yield Reading(text[:LONGEST_PART], "")
    if found := _FIRST.fullmatch(text):
        yield Reading(found[2][:LONGEST_PART], found[1])
    if found := _LAST.fullmatch(text):
        yield Reading(found[1][:LONGEST_PART], found[2])
    words = text.split(" ")
    for first in (len(words) - 1, len(words) - 2):  # ABC 3, ABC 3 pcs
        if first > 0 and _is_quantity(count := " ".join(words[first:])):
            yield Reading(" ".join(words[:first])[:LONGEST_PART], _number(count))
    if len(words) > 1 and _is_quantity(words[0]):
        yield Reading(" ".join(words[1:])[:LONGEST_PART], _number(words[0]))


def _is_quantity(text: str) -> bool:
    return _QUANTITY.fullmatch(_UNIT.sub("", text)) is not None


def _number(text: str) -> str:
    # Spreadsheets write whole numbers as 3.0 or 3.00.
    return re.sub(r"\.0{1,2}$", "", _UNIT.sub("", text).strip())
