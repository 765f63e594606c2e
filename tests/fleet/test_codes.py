"""The code on a machine's sticker: scattered, checked, found again however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import World
from tonerloop.fleet.codes import address, code_of, machine_of, shown

pytestmark = pytest.mark.django_db


@given(st.integers(1, 10**9 - 1))
def test_every_machine_is_found_by_its_code_as_it_is_read(machine: int) -> None:
    code = code_of(machine)
    for text in (code, shown(code), address(code), code.lower(), f" {shown(code)} "):
        assert machine_of(text) == machine


def test_neighbours_are_not_neighbours_in_number() -> None:
    one, two = code_of(1), code_of(2)
    assert abs(int(one[1:]) - int(two[1:])) > 10


@pytest.mark.parametrize("text", ["", "M", "M123", "B1234567890", "M12345678901", "M١٢٣٤٥٦٧٨٩٠"])
def test_what_is_no_code_is_no_machine(text: str) -> None:
    assert machine_of(text) is None


def test_a_single_slip_is_no_other_machine(world: World) -> None:
    code = code_of(world.copier.pk)
    slipped = code[:4] + str((int(code[4]) + 1) % 10) + code[5:]
    assert machine_of(slipped) is None
