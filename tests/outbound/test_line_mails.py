"""Answers line by line in the buyer's mails: what would change, and what came of it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.outbound.post import Mail, by_address, fresh_cast, read, settle, soon
from tests.stack import Stack
from tonerloop.orders import actions
from tonerloop.orders.models import LineAnswer

BUYER = "bea.buyer@example.com"
LATER = soon() + timedelta(days=3)


@pytest.fixture(scope="module")
def mails(_running_stack: Stack, django_db_blocker: Any) -> list[Mail]:
    kind = LineAnswer.Kind
    with fresh_cast(_running_stack, django_db_blocker) as world:
        items = (world.black, world.cyan, world.other_black)
        order = world.place({(world.copier.pk, item.pk): 2 for item in items})
        actions.confirm_price(order.number, by=world.actor(world.sales))
        said = {
            1: actions.LineSaid(kind=kind.CHANGED, quantity=1, promised_date=soon()),
            2: actions.LineSaid(kind=kind.ACCEPTED, promised_date=LATER),
            3: actions.LineSaid(kind=kind.REJECTED, reason="other", text="Recalled"),
        }
        actions.answer_lines(order.number, said, by=world.actor(world.desk))
        actions.accept_change(order.number, by=world.actor(world.buyer))
        settle()
        return by_address(_running_stack)[BUYER]


@pytest.mark.parametrize("part", ["text", "html"])
def test_what_would_change_stands_old_and_new(mails: list[Mail], part: str) -> None:
    text = read(next(m for m in mails if m["subject"].startswith("Your answer")), part)
    assert "Black toner × 2" in text and "NPG-67-BK × 1" in text
    assert "Cannot be delivered" in text and "Other: Recalled" in text
    assert "5,000" not in text  # the purchase price


@pytest.mark.parametrize("part", ["text", "html"])
def test_what_came_of_it(mails: list[Mail], part: str) -> None:
    text = read(next(m for m in mails if m["subject"].startswith("Approved")), part)
    assert "JP¥35,200" in text  # 1 black and 2 cyan, with tax
    assert "Rejected" in text
    assert text.count("Delivery on") == 2  # of all, the latest; and of the line that is sooner
