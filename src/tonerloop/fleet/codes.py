"""The code on a machine's sticker: `M` and ten digits, the last of which checks the others.

It is the machine's id, scattered by a secret: every machine has one from the start, none is kept,
and neighbours in the register are not neighbours in number.
"""

from functools import cache

from django.conf import settings

from tonerloop.common.references import grouped, normalised, order_number, serial_of
from tonerloop.fleet.models import NumberKey

LETTER = "M"


def code_of(machine_id: int) -> str:
    """The code of a machine: M1234567890."""
    return LETTER + order_number(machine_id, _key())


def shown(code: str) -> str:
    """The code as people read it: M 123-456-7890."""
    return f"{code[0]} {grouped(code[1:])}"


def address(code: str) -> str:
    """What the 2D code of a sticker says: the way to the order screen at that machine."""
    return f"{settings.BASE_URL}/m/{code}"


def machine_of(text: str) -> int | None:
    """The machine's id in what was scanned or typed (an address, or the code); None if in none.

    A mistyped one is None too: its last digit does not fit the others.
    """
    last = text.strip().rstrip("/").rpartition("/")[2].upper()
    return serial_of(normalised(last[1:]), _key()) if last[:1] == LETTER else None


@cache
def _key() -> bytes:
    return bytes(NumberKey.objects.get().key)
