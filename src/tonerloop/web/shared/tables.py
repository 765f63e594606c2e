"""Tables to take along: CSV that spreadsheets open and never calculate."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

CSV = "text/csv; charset=utf-8"


def csv_answer(name: str, rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The rows as a file of this name, the first row being the heading."""
    answer = HttpResponse(content_type=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write(csv_text(rows, first=True))
    return answer


def csv_text(rows: Iterable[Sequence[Any]], *, first: bool) -> str:
    """The rows as CSV; the first of a file's begin with a mark by which spreadsheets know UTF-8."""
    kept = io.StringIO()
    kept.write("\ufeff" if first else "")
    csv.writer(kept).writerows([_cell(value) for value in row] for row in rows)
    return kept.getvalue()


def _cell(value: Any) -> Any:
    """A text that no spreadsheet takes for a formula; numbers stay numbers.

    Spreadsheets look past spaces, take wide signs for narrow ones and lines for cells.
    """
    if isinstance(value, bool | int | float | Decimal | date | None):
        return value
    text = str(value)
    begins = unicodedata.normalize("NFKC", text).lstrip(" ")[:1]
    return f"'{text}" if begins and begins in "=+-@\t\r\n|%" else text
