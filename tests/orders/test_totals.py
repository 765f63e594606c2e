"""Tax is rounded once per order and rate."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tonerloop.common.money import rounded
from tonerloop.orders.totals import add_up

PRICES = st.one_of(st.none(), st.decimals(0, 10000, places=2, allow_nan=False))
LINES = st.lists(
    st.tuples(PRICES, st.integers(1, 500), st.sampled_from([Decimal(0), Decimal(8), Decimal(10)]))
)


def test_rounding_each_line_would_give_another_tax() -> None:
    lines = [(Decimal("1.15"), 1, Decimal(10))] * 3
    totals = add_up(lines, "EUR")
    assert totals.tax == Decimal("0.35")  # 0.345 rounded once, not 3 × 0.12
    assert totals.total == Decimal("3.80")


def test_yen_tax_has_no_fraction() -> None:
    assert add_up([(Decimal(99), 1, Decimal(8))], "JPY").tax == Decimal(8)


def test_a_line_on_request_adds_nothing() -> None:
    assert add_up([(None, 5, Decimal(10))], "EUR").total == 0


@given(LINES)
def test_totals_are_the_sum_of_their_parts(
    lines: list[tuple[Decimal | None, int, Decimal]],
) -> None:
    totals = add_up(lines, "EUR")
    assert totals.subtotal == sum((p * q for p, q, _ in lines if p is not None), Decimal(0))
    assert totals.total == totals.subtotal + totals.tax
    for percent, base, tax in totals.taxes:
        assert tax == rounded(base * percent / 100, "EUR")
    rates = [percent for percent, _base, _tax in totals.taxes]
    assert rates == sorted(set(rates))
