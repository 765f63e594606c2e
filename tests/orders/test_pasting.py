"""Pasted lines are read in every way that people write them, and never break the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonerloop.orders.pasting import LONGEST_LINE, LONGEST_PART, MOST_READINGS, Reading, read

PART = st.from_regex(r"[A-Z]{2,4}-[0-9]{2,4}[A-Z]?", fullmatch=True)
COUNT = st.integers(1, 999)


def readings(text: str) -> list[tuple[str, str]]:
    (line,) = read(text)
    return [(one.part_number, one.quantity) for one in line.readings]


@given(PART, COUNT)
def test_each_way_to_write_it_is_among_the_readings(part: str, count: int) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in f"{part}{count}")
    assert readings(f"{part}\t{count}") == [(part, str(count))]
    assert readings(f"{count}\t{part}") == [(part, str(count))]
    ways = ("{p} {c}", "{p}, {c}", "{p};{c}", "{c}x {p}", "{c} x {p}", "{p} × {c}", "{p} x{c}")
    more = ("{c} {p}", "{p}　{c}", "{p} {c} pcs", "{p} {c}個", "{c} pcs {p}", "{c}个"[:3] + " {p}")
    for way in (*ways, *more):
        assert (part, str(count)) in readings(way.format(p=part, c=count)), way
    assert (part, str(count)) in readings(f"{wide[: len(part)]}　{wide[len(part) :]}")


@pytest.mark.parametrize("text", ["NPG-67", "TN 245C", "TX3", "842016", "3X-100"])
def test_a_part_number_alone_is_first_read_as_itself(text: str) -> None:
    assert readings(text)[0] == (text, "")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("842016\t3", ("842016", "3")),  # all digits, as some makers number
        ("NPG-67-C;Cyan toner;2;12000.00", ("NPG-67-C", "2")),
        ("1,NPG-67-C,3", ("NPG-67-C", "3")),
        ("NPG-67-C,1,000", ("NPG-67-C", "1,000")),
        ("NPG-67-C\t3.00", ("NPG-67-C", "3")),
        ("NPG-67-C\t1.5", ("NPG-67-C", "1.5")),
        ("NPG-67-C\t-2", ("NPG-67-C", "-2")),
        ("NPG–67−C\t2", ("NPG-67-C", "2")),
        ("ＮＰＧ－６７－Ｃ\t２", ("NPG-67-C", "2")),
    ],
)
def test_rows_of_tables(text: str, first: tuple[str, str]) -> None:
    assert readings(text)[0] == first


def test_a_heading_and_blank_lines_say_nothing() -> None:
    lines = read("Part number\tQuantity\n\n  \t \nNPG-67-C\t2\n")
    assert [(line.number, line.text) for line in lines] == [(4, "NPG-67-C 2")]


def test_only_the_first_line_can_be_a_heading() -> None:
    assert [line.number for line in read("NPG-67-C\t2\nABC\tDEF")] == [1, 2]


@given(st.text(max_size=400))
def test_whatever_is_pasted_is_read_within_bounds(text: str) -> None:
    for line in read(text):
        assert line.text and len(line.text) <= LONGEST_LINE
        assert 1 <= len(line.readings) <= MOST_READINGS
        assert len(set(line.readings)) == len(line.readings)
        for reading in line.readings:
            assert isinstance(reading, Reading)
            assert len(reading.part_number) <= LONGEST_PART and "\x00" not in reading.part_number


@given(st.lists(st.tuples(PART, COUNT), max_size=20))
def test_every_row_of_a_table_is_read_in_its_order(rows: list[tuple[str, int]]) -> None:
    read_rows = [line.readings[0] for line in read("\r\n".join(f"{p}\t{c}" for p, c in rows))]
    assert read_rows == [Reading(part, str(count)) for part, count in rows]
