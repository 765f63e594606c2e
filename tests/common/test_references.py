"""References: every single slip and neighbour swap is caught; numbers never repeat."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonerloop.common.references import (
    check_digit,
    grouped,
    is_valid,
    normalised,
    order_number,
    serial_of,
)

KEY = b"k" * 32
DIGITS = st.text("0123456789", min_size=9, max_size=9)


def test_the_published_example_of_damm() -> None:
    assert check_digit("572") == "4"  # the worked example of the Damm algorithm


@given(DIGITS, st.integers(0, 9), st.integers(1, 9))
def test_a_single_wrong_digit_is_caught(digits: str, place: int, shift: int) -> None:
    number = digits + check_digit(digits)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert is_valid(number)
    assert not is_valid(wrong)


@given(DIGITS, st.integers(0, 8))
def test_a_swap_of_neighbours_is_caught(digits: str, place: int) -> None:
    number = digits + check_digit(digits)
    one, two = number[place], number[place + 1]
    swapped = number[:place] + two + one + number[place + 2 :]
    assert is_valid(swapped) == (one == two)


@given(st.sets(st.integers(0, 10**9 - 1), min_size=2, max_size=50))
def test_serials_never_share_a_number(serials: set[int]) -> None:
    numbers = {order_number(serial, KEY) for serial in serials}
    assert len(numbers) == len(serials)
    assert all(len(number) == 10 and is_valid(number) for number in numbers)


def test_neighbours_in_time_are_not_neighbours_in_number() -> None:
    numbers = [int(order_number(serial, KEY)[:9]) for serial in range(200)]
    steps = {after - before for before, after in pairwise(numbers)}
    assert len(steps) > 190  # no constant step tells how much was sold between two orders


def test_a_serial_outside_the_space_is_refused() -> None:
    for serial in (-1, 10**9):
        with pytest.raises(ValueError, match="no order number left"):
            order_number(serial, KEY)


@given(DIGITS)
def test_people_may_type_the_groups(digits: str) -> None:
    number = digits + check_digit(digits)
    assert normalised(f" {grouped(number)} ") == number


@pytest.mark.parametrize("text", ["", "abc", "١٢٣٤٥٦٧٨٩٠", "12345678901x"])
def test_text_is_no_number(text: str) -> None:
    assert not is_valid(text)


@given(st.integers(0, 10**9 - 1))
def test_the_serial_comes_back_from_its_number(serial: int) -> None:
    assert serial_of(order_number(serial, KEY), KEY) == serial


@pytest.mark.parametrize("number", ["", "123", "5720000000", "12345678901", "123456789x", "１２３"])
def test_what_is_no_number_has_no_serial(number: str) -> None:
    assert serial_of(number, KEY) is None
