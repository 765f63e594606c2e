"""Bodies that a manufacturer sends, read as strictly as Tonerloop does."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from replies import Problem

Check = Callable[[Any], bool]
REASONS = ("", "wrong_price", "discontinued", "out_of_stock", "other")
ANSWERS = ("approved", "cancelled", "lines")


def _text(most: int, least: int = 0) -> Check:
    return lambda value: (
        isinstance(value, str) and value.isprintable() and least <= len(value.strip()) <= most
    )


def _whole(least: int, most: int) -> Check:
    return lambda value: type(value) is int and least <= value <= most


def _day(value: Any) -> bool:
    try:
        return value is None or date.fromisoformat(value) is not None
    except (TypeError, ValueError):
        return False


def _one_of(*names: str) -> Check:
    return lambda value: value in names


def _amount(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and set(value) == {"amount", "currency"})


ANSWER: dict[str, tuple[Any, Check]] = {  # name: (what it is if not given, what it must be)
    "answer": (..., _one_of(*ANSWERS)),
    "version": (None, lambda value: value is None or _whole(1, 2**31)(value)),
    "promised_date": (None, _day),
    "reference": ("", _text(40)),
    "reason": ("", _one_of(*REASONS)),
    "text": ("", _text(500)),
    "lines": (None, lambda value: value is None or (isinstance(value, list) and bool(value))),
}
ANSWERED_LINE: dict[str, tuple[Any, Check]] = {
    "position": (..., _whole(1, 10_000)),
    "answer": (..., _one_of("accepted", "changed", "rejected")),
    "quantity": (None, lambda value: value is None or _whole(1, 500)(value)),
    "promised_date": (None, _day),
    "substitute": ("", _text(60)),
    "purchase_price": (None, _amount),
    "reason": ("", _one_of(*REASONS)),
    "text": ("", _text(500)),
}
SHIPMENT: dict[str, tuple[Any, Check]] = {
    "reference": (..., _text(40, 1)),
    "lines": (..., lambda value: isinstance(value, list) and 1 <= len(value) <= 1000),
    "carrier": ("", _text(60)),
    "tracking_number": ("", _text(60)),
}
SHIPPED_LINE: dict[str, tuple[Any, Check]] = {
    "position": (..., _whole(1, 10_000)),
    "quantity": (..., _whole(1, 500)),
}


def read_answer(body: bytes) -> dict[str, Any]:
    """An answer with every field that it can have; Problem where it is none."""
    given = _fields(_json(body), ANSWER)
    if given["answer"] == "cancelled" and not given["reason"]:
        raise _unreadable([("reason", "is needed to cancel")])
    if given["answer"] == "approved" and given["promised_date"] is None:
        raise _unreadable([("promised_date", "is needed to approve")])
    if (given["answer"] == "lines") != (given["lines"] is not None):
        raise _unreadable([("lines", "belong to the answer `lines`")])
    if given["reason"] == "other" and not given["text"].strip():
        words = "Say why, in your own words."
        raise Problem("refused", 422, words, errors=[("text", words)])
    if given["lines"]:
        given["lines"] = _rows(given["lines"], ANSWERED_LINE)
    given["reference"] = given["reference"].strip()
    return given


def read_shipment(body: bytes) -> tuple[str, dict[int, int]]:
    """Delivery note number and pieces by position; Problem where it is no shipment."""
    given = _fields(_json(body), SHIPMENT)
    rows = _rows(given["lines"], SHIPPED_LINE)
    return given["reference"].strip(), {row["position"]: row["quantity"] for row in rows}


def _rows(given: list[Any], schema: dict[str, tuple[Any, Check]]) -> list[dict[str, Any]]:
    rows = [_fields(each, schema, f"lines.{place}.") for place, each in enumerate(given)]
    if len({row["position"] for row in rows}) < len(rows):
        raise _unreadable([("lines", "name each position once")])
    return rows


def _fields(given: Any, schema: dict[str, tuple[Any, Check]], where: str = "") -> dict[str, Any]:
    if not isinstance(given, dict):
        raise _unreadable([(where.rstrip(".") or "body", "must be an object")])
    wrong = [(where + name, "is not a field of this") for name in given if name not in schema]
    found: dict[str, Any] = {}
    for name, (usual, right) in schema.items():
        found[name] = given.get(name, usual)
        if found[name] is ... or (name in given and not right(found[name])):
            wrong.append((where + name, "is missing" if found[name] is ... else "is not right"))
    if wrong:
        raise _unreadable(wrong)
    return found


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise _unreadable([("body", str(error))]) from error


def _unreadable(wrong: list[tuple[str, str]]) -> Problem:
    words = "The body is not what this endpoint takes; nothing was changed."
    return Problem("unreadable", 422, words, errors=wrong)
