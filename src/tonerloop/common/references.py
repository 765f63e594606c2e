"""Sayable references: digits with a check digit that catches every single slip and swap."""

import hashlib
import hmac

# Totally anti-symmetric quasigroup of order 10, from H. Michael Damm's thesis (2004).
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_SPACE = 10**9  # nine digits carry the number, the tenth checks it
_HALF = 31623  # the smallest number whose square covers the space


def check_digit(digits: str) -> str:
    """Damm's check digit of a string of digits."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def is_valid(number: str) -> bool:
    """True if the string is all ASCII digits and its last one checks the others."""
    return number.isascii() and number.isdigit() and check_digit(number) == "0"


def order_number(serial: int, key: bytes) -> str:
    """Ten digits for the serial-th order: unique, checked, telling nothing of its neighbours.

    A keyed permutation (four Feistel rounds, walked until inside the space) of 0 … 10^9 - 1.
    Raises ValueError outside that range, since a number is never reused.
    """
    if not 0 <= serial < _SPACE:
        raise ValueError(f"no order number left for serial {serial}")
    walked = _permuted(serial, key)
    while walked >= _SPACE:
        walked = _permuted(walked, key)
    digits = f"{walked:09d}"
    return digits + check_digit(digits)


def serial_of(number: str, key: bytes) -> int | None:
    """The serial whose `order_number` this is under the same key; None for a mistyped number."""
    if len(number) != 10 or not is_valid(number):
        return None
    walked = _restored(int(number[:9]), key)
    while walked >= _SPACE:
        walked = _restored(walked, key)
    return walked


def grouped(number: str) -> str:
    """The number as people read it: 123-456-7890."""
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def normalised(typed: str) -> str:
    """What somebody typed, without the spaces and hyphens that people put between the groups."""
    return "".join(c for c in typed if not c.isspace() and c not in "-‐‑–ー−")


def _permuted(value: int, key: bytes) -> int:
    left, right = divmod(value, _HALF)
    for step in range(4):
        left, right = right, (left + _mix(right, step, key)) % _HALF
    return left * _HALF + right


def _restored(value: int, key: bytes) -> int:
    left, right = divmod(value, _HALF)
    for step in reversed(range(4)):
        left, right = (right - _mix(left, step, key)) % _HALF, left
    return left * _HALF + right


def _mix(half: int, step: int, key: bytes) -> int:
    digest = hmac.digest(key, f"{step}:{half}".encode(), hashlib.sha256)
    return int.from_bytes(digest[:8], "big")
