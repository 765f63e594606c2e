"""Cancellation, by whomever: the same three learn the reason and the same facts."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.outbound.post import (
    Mail,
    by_address,
    confirmed,
    fresh_cast,
    header,
    in_words,
    read,
    settle,
    soon,
)
from tests.stack import Stack
from tests.world import World
from tonerloop.common.references import grouped
from tonerloop.orders import actions
from tonerloop.orders.models import Order

BUYER, HOUSE, SALES = "bea.buyer@example.com", "orders@kanda.example", "sato.sales@example.com"
READERS = (BUYER, HOUSE, SALES)
PARTS = ("text", "html")
BY = {
    "buyer": ("Mori Law", "Customer’s wish"),
    "sales": ("Kanda Supplies", "Credit"),
    "desk": ("Canon", "Discontinued"),
}
REASONS = {"buyer": "customer_wish", "sales": "credit", "desk": "discontinued"}
WORDS = "Seen & agreed on the phone"


@dataclass
class Cancelled:
    """A cancelled order, who ended it and what arrived."""

    who: str
    order: Order
    mails: dict[str, list[Mail]]

    def to(self, address: str) -> Mail:
        return self.mails[address][0]


@pytest.fixture(scope="module", params=list(BY))
def cancelled(request: Any, _running_stack: Stack, django_db_blocker: Any) -> Cancelled:
    who = request.param
    with fresh_cast(_running_stack, django_db_blocker) as world:
        number = confirmed(world).number
        order = actions.cancel(number, REASONS[who], WORDS, by=world.actor(getattr(world, who)))
        settle()
        return Cancelled(who, order, by_address(_running_stack))


def test_the_same_three_get_one_mail_each(cancelled: Cancelled) -> None:
    assert {to: len(mails) for to, mails in cancelled.mails.items()} == dict.fromkeys(READERS, 1)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("reader", READERS)
def test_each_mail_says_who_cancelled_and_why(cancelled: Cancelled, reader: str, part: str) -> None:
    who, reason = BY[cancelled.who]
    body = read(cancelled.to(reader), part)
    assert f"{who} has cancelled this order. Nothing will be delivered." in body
    assert f"Reason: {reason} – {WORDS}" in body


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("reader", READERS)
def test_each_mail_says_the_same_facts(cancelled: Cancelled, reader: str, part: str) -> None:
    body = read(cancelled.to(reader), part)
    facts = (
        grouped(cancelled.order.number),
        "Mori Law",
        "Bea Buyer",
        "Black toner",
        "NPG-67-BK",
        "Cyan toner",
        "NPG-67-C",
        "JP¥8,000",
        "JP¥16,000",
        "JP¥12,000",
        "JP¥30,800",
        "Kanda Supplies",
        "1-2-3 Kanda Tokyo",
        "Telephone: +81 3-5555-0100",
        "Fax: +81 3-5555-0199",
    )
    assert [fact for fact in facts if fact not in body] == []


@pytest.mark.parametrize("part", PARTS)
def test_each_mail_says_when_it_would_have_come(cancelled: Cancelled, part: str) -> None:
    day = in_words(cancelled.order.expected_date)
    assert all(
        f"Delivery would have been on: {day}" in read(cancelled.to(reader), part)
        for reader in READERS
    )


def test_the_subject_says_cancelled(cancelled: Cancelled) -> None:
    subject = f"Cancelled: order {grouped(cancelled.order.number)} of Mori Law"
    assert {cancelled.to(reader)["subject"] for reader in READERS} == {subject}


def test_a_cancellation_stands_in_the_thread_of_its_order(
    live_world: World, live_stack: Stack
) -> None:
    number = actions.approve(
        confirmed(live_world).number, soon(), by=live_world.actor(live_world.desk)
    ).number
    settle()
    actions.cancel(number, "credit", by=live_world.actor(live_world.sales))
    settle()
    mails = by_address(live_stack)[BUYER]
    assert [mail["subject"].split(":")[0] for mail in mails] == ["Approved", "Cancelled"]
    assert len({header(mail, "References") for mail in mails}) == 1
    assert len({mail["message_id"] for mail in mails}) == 2


def test_a_no_that_leaves_nothing_is_told_as_a_cancellation(
    live_world: World, live_stack: Stack
) -> None:
    order = live_world.place()
    later = order.expected_date.replace(year=order.expected_date.year + 1, day=1)
    actions.propose(
        order.number,
        actions.Changes(new_date=later),
        by=live_world.actor(live_world.sales),
    )
    actions.decline_change(order.number, by=live_world.actor(live_world.buyer))
    settle()
    mail = by_address(live_stack)[SALES][0]
    assert "Reason: Change declined by the buyer" in read(mail, "text")
