"""The table of moves is the only way from status to status, for every side."""

import itertools

import pytest

from tonerloop.common.actor import Side
from tonerloop.orders.states import MOVES, TURN, IllegalMove, Status, check_move

# Written out by hand from the specification, apart from MOVES, so that an edit there is noticed.
ALLOWED = {
    ("placed", "waiting_for_buyer", "seller"),
    ("placed", "price_confirmed", "seller"),
    ("placed", "price_confirmed", "server"),
    ("placed", "cancelled", "buyer"),
    ("placed", "cancelled", "seller"),
    ("waiting_for_buyer", "placed", "buyer"),
    ("waiting_for_buyer", "price_confirmed", "buyer"),
    ("waiting_for_buyer", "cancelled", "buyer"),
    ("waiting_for_buyer", "cancelled", "seller"),
    ("waiting_for_buyer", "cancelled", "manufacturer"),
    ("price_confirmed", "placed", "manufacturer"),
    ("price_confirmed", "waiting_for_buyer", "manufacturer"),
    ("price_confirmed", "approved", "manufacturer"),
    ("price_confirmed", "approved", "buyer"),
    ("price_confirmed", "cancelled", "buyer"),
    ("price_confirmed", "cancelled", "seller"),
    ("price_confirmed", "cancelled", "manufacturer"),
    ("approved", "partly_shipped", "manufacturer"),
    ("approved", "shipped", "manufacturer"),
    ("approved", "cancelled", "seller"),
    ("approved", "cancelled", "manufacturer"),
    ("partly_shipped", "partly_shipped", "manufacturer"),
    ("partly_shipped", "shipped", "manufacturer"),
    ("partly_shipped", "delivered", "buyer"),
    ("partly_shipped", "delivered", "manufacturer"),
    ("partly_shipped", "delivered", "server"),
    ("shipped", "delivered", "buyer"),
    ("shipped", "delivered", "manufacturer"),
    ("shipped", "delivered", "server"),
}


@pytest.mark.parametrize(("one", "two", "side"), list(itertools.product(Status, Status, Side)))
def test_only_the_table_moves_an_order(one: Status, two: Status, side: Side) -> None:
    if (one, two, side) in ALLOWED:
        check_move(one, two, side)
    else:
        with pytest.raises(IllegalMove):
            check_move(one, two, side)


def test_every_status_says_whose_turn_it_is() -> None:
    assert set(TURN) == set(MOVES) == set(Status)
    assert [s for s in Status if TURN[s] is None] == [Status.DELIVERED, Status.CANCELLED]


def test_ends_are_ends() -> None:
    assert MOVES[Status.DELIVERED] == MOVES[Status.CANCELLED] == {}
