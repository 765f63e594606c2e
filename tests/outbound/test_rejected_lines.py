"""A line that the buyer declined: in the mail it is marked, comes to nothing and costs nothing."""

from decimal import Decimal
from typing import Any

import pytest

from tests.outbound.post import Mail, by_address, fresh_cast, read, settle, soon
from tests.stack import Stack
from tonerloop.orders import actions

BUYER = "bea.buyer@example.com"


@pytest.fixture(scope="module")
def mail(_running_stack: Stack, django_db_blocker: Any) -> Mail:
    with fresh_cast(_running_stack, django_db_blocker) as world:
        order = world.place()
        black = order.lines.get(consumable=world.black).pk
        dearer = actions.Changes(prices={black: Decimal(9000)})
        actions.propose(order.number, dearer, by=world.actor(world.sales))
        actions.decline_change(order.number, by=world.actor(world.buyer))
        actions.approve(order.number, soon(), by=world.actor(world.desk))
        settle()
        mails = by_address(_running_stack)[BUYER]
        return next(mail for mail in mails if mail["subject"].startswith("Approved"))


def test_a_rejected_line_is_marked_and_not_summed(mail: Mail) -> None:
    text = read(mail, "text")
    assert "Black toner (NPG-67-BK) – Rejected Ordered: 2 Delivery quantity: 0" in text
    assert "Cyan toner (NPG-67-C) Ordered: 1 Delivery quantity: 1" in text
    assert "Total: JP¥13,200" in text


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_rejected_line_shows_no_amount_to_pay(mail: Mail, part: str) -> None:
    assert "JP¥16,000" not in read(mail, part)
