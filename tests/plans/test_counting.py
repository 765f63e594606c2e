"""What the measuring itself counts: percentiles, medians, and whose a thing is."""

from collections import Counter

from bench.data.sizes import ALIKE, BUSY, SIZES, THEIR_MACHINES, THEIR_ORDERS, customer_of
from bench.load import Round, figures, percentile


def test_a_percentile_is_a_value_that_was_measured() -> None:
    times = [float(n) for n in range(1, 101)]
    assert [percentile(times, p) for p in (50, 95, 99, 100)] == [51, 96, 100, 100]
    assert percentile([], 95) == 0
    assert percentile([3.0], 50) == 3


def test_figures_are_medians_and_cpu_is_for_each_unit() -> None:
    rounds = [
        Round(units=10, seconds=1, times=[0.1], cpu={"web": 0.05}),
        Round(units=30, seconds=1, times=[0.3], cpu={"web": 0.15}),
        Round(units=20, seconds=1, times=[0.2], cpu={"web": 0.1}),
    ]
    found = figures(rounds)
    assert (found.rate, found.p50, found.units) == (20, 200, 60)
    assert round(found.cpu["web"], 6) == 5  # 0.3 s for 60 units


def test_the_alike_customers_have_the_same_in_every_set() -> None:
    for size in SIZES.values():
        if size.orders > 100_000:
            continue
        whose = Counter(
            customer_of(n, size.orders, THEIR_ORDERS, size.customers) for n in range(size.orders)
        )
        busy = size.customers == ALIKE  # where there are no others, one has all further orders
        quiet = [whose[customer] for customer in range(ALIKE) if not (busy and customer == BUSY)]
        assert set(quiet) == {THEIR_ORDERS}, size
        assert len(whose) >= size.customers * 0.95, size


def test_the_sets_are_as_large_as_they_say() -> None:
    for size in SIZES.values():
        others = size.each_machines * (size.customers - ALIKE)
        assert size.machines <= others + ALIKE * THEIR_MACHINES <= size.machines * 1.02, size
