"""Money: one rounding rule, by currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonerloop.common.money import CURRENCIES, is_whole_minor, minor_digits, rounded

AMOUNTS = st.decimals(0, 10**9, places=6, allow_nan=False)
CODES = st.sampled_from([code for code, _name in CURRENCIES])


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("0.5", "JPY", "1"),
        ("1.5", "JPY", "2"),
        ("2.5", "JPY", "3"),
        ("0.005", "EUR", "0.01"),
        ("1.004999", "USD", "1.00"),
        ("-0.005", "EUR", "-0.01"),
    ],
)
def test_halves_go_away_from_zero(amount: str, currency: str, expected: str) -> None:
    assert rounded(Decimal(amount), currency) == Decimal(expected)


def test_yen_has_no_minor_unit() -> None:
    assert minor_digits("JPY") == 0
    assert minor_digits("EUR") == 2


@given(AMOUNTS, CODES)
def test_rounding_is_near_and_final(amount: Decimal, currency: str) -> None:
    once = rounded(amount, currency)
    assert abs(once - amount) <= Decimal(1).scaleb(-minor_digits(currency)) / 2
    assert rounded(once, currency) == once
    assert is_whole_minor(once, currency)
