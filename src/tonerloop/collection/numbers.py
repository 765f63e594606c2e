"""Numbers of requests and identifiers of labels: scattered, checked, never reused."""

from functools import cache

from django.conf import settings
from django.db import connection

from tonerloop.collection.models import Label, NumberKey
from tonerloop.common.references import grouped, is_valid, normalised, order_number


def new_numbers(count: int) -> list[str]:
    """So many new ten-digit numbers, each with a check digit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval('collection_number_serial') FROM generate_series(1, %s)", [count]
        )
        return [order_number(row[0], _number_key()) for row in cursor.fetchall()]


def new_identifiers(kind: str, count: int) -> list[str]:
    """So many new identifiers of boxes (`B…`) or pieces (`P…`)."""
    letter = "B" if kind == Label.Kind.BOX else "P"
    return [letter + number for number in new_numbers(count)]


def label_address(identifier: str) -> str:
    """What the 2D code of a label says: the address of its own page."""
    return f"{settings.BASE_URL}/l/{identifier}"


def scanned(text: str) -> str | None:
    """The identifier in what was scanned or typed (an address, or the text), None if in none.

    A mistyped one is None too: its last digit does not fit the others.
    """
    last = text.strip().rstrip("/").rpartition("/")[2].upper()
    digits = normalised(last[1:])
    if last[:1] in ("B", "P") and len(digits) == 10 and is_valid(digits):
        return last[0] + digits
    return None


def shown(identifier: str) -> str:
    """An identifier as people read and write it: B 123-456-7890."""
    return f"{identifier[:1]} {grouped(identifier[1:])}"


@cache
def _number_key() -> bytes:
    return bytes(NumberKey.objects.get().key)
