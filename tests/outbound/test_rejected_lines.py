"""A line that the buyer declined: in the mail it is marked, comes to nothing and costs nothing."""

from decimal import Decimal

import pytest

from tests.outbound.post import by_address, read, settle, soon
from tests.stack import Stack
from tests.world import World
from tonerloop.orders import actions

BUYER = "bea.buyer@example.com"


@pytest.fixture
def mail(live_world: World, live_stack: Stack) -> dict[str, object]:
    order = live_world.place()
    black = order.lines.get(consumable=live_world.black).pk
    dearer = actions.Changes(prices={black: Decimal(9000)})
    actions.propose(order.number, dearer, by=live_world.actor(live_world.sales))
    actions.decline_change(order.number, by=live_world.actor(live_world.buyer))
    actions.approve(order.number, soon(), by=live_world.actor(live_world.desk))
    settle()
    approvals = [
        mail for mail in by_address(live_stack)[BUYER] if mail["subject"].startswith("Approved")
    ]
    return approvals[0]


def test_a_rejected_line_is_marked_and_not_summed(mail: dict[str, object]) -> None:
    text = read(mail, "text")
    assert "Black toner (NPG-67-BK) – Rejected Ordered: 2 Delivery quantity: 0" in text
    assert "Cyan toner (NPG-67-C) Ordered: 1 Delivery quantity: 1" in text
    assert "Total: JP¥13,200" in text


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_rejected_line_shows_no_amount_to_pay(mail: dict[str, object], part: str) -> None:
    assert "JP¥16,000" not in read(mail, part)
