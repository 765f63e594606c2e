"""The proof after each round finds what it is there to find; and a few rounds of the real thing."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.world import World
from tonerloop.journal.models import Entry
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Message
from tonerloop.outbound.tasks import dispatch
from tonerloop.points import ledger
from tonerloop.points.models import RewardOrder
from tonerloop.points.rewards import offer_reward, order_reward
from torture.checking import Checker
from torture.deeds import deeds, never
from torture.diary import Diary
from torture.paths import order_path

ROOT = Path(__file__).parents[2]


@pytest.mark.django_db
class TestProof:
    """Each plants one loss."""

    @pytest.fixture
    def checker(self, tmp_path: Path) -> Checker:
        return Checker(Diary(), tmp_path, list)

    @pytest.fixture
    def order(self, world: World, checker: Checker) -> Order:
        """One that a client was told of, with nothing else to complain about."""
        order = world.place()
        Order.objects.filter(pk=order.pk).update(reference="T1")
        checker.diary.wish("order", "T1").answered = [order.number]
        return order

    def wrong(self, checker: Checker, words: str) -> bool:
        return any(words in one for one in checker.check())

    def test_an_order_that_was_answered_and_is_not_there(
        self, checker: Checker, order: Order
    ) -> None:
        assert not self.wrong(checker, "answered")
        checker.diary.wish("order", "T2").answered = ["1234567890"]
        assert self.wrong(checker, "order T2: answered ['1234567890'], stored []")

    def test_an_order_that_is_there_twice(
        self, world: World, checker: Checker, order: Order
    ) -> None:
        Order.objects.filter(pk=world.place().pk).update(reference="T1")
        assert self.wrong(checker, f"order T1: answered ['{order.number}'], stored")
        checker.diary.wishes["T1"].answered = None  # nor may one that nobody was told of
        assert self.wrong(checker, "order T1 was placed 2 times")

    def test_an_order_that_nobody_wished(self, world: World, checker: Checker) -> None:
        world.place()
        assert self.wrong(checker, "was never asked for")

    def test_an_order_that_was_refused_and_is_there(self, checker: Checker, order: Order) -> None:
        wish = checker.diary.wishes["T1"]
        wish.answered, wish.refused = None, "422"
        assert self.wrong(checker, "refused (422), stored")

    def test_an_answer_that_is_not_in_the_journal(self, checker: Checker, order: Order) -> None:
        checker.diary.note("order.placed", order.number)
        checker.diary.note("order.approved", order.number)
        found = [one for one in checker.check() if "answered yes" in one]
        assert found == [f"order.approved of {order.number} was answered yes and is not there"]

    def test_a_forbidden_edge(self, checker: Checker, order: Order) -> None:
        past_the_verbs(order, "approved")
        assert self.wrong(checker, "its journal leads to")
        entry("order.shipped", order, "order_desk")
        assert self.wrong(checker, "order.shipped by manufacturer is no move")

    def test_an_event_that_was_never_told(self, checker: Checker, order: Order) -> None:
        assert self.wrong(checker, "was never told")

    def test_mails(self, world: World, checker: Checker, order: Order, tmp_path: Path) -> None:
        dispatch(entry_id=Entry.objects.get(event="order.placed").pk)
        assert self.wrong(checker, "is queued")
        Message.objects.update(state="sent")
        message = Message.objects.get()
        assert self.wrong(checker, f"{message.message_id} is called sent and did not arrive")
        head = f"X-Envelope-To: {message.recipient}\r\nMessage-ID: {message.message_id}\r\n\r\n"
        (tmp_path / "1.eml").write_text(head)
        assert not self.wrong(checker, "mail")
        (tmp_path / "2.eml").write_text(head.replace("Message-ID: <", "Message-ID: <other"))
        assert self.wrong(checker, "that nobody was to get")

    def test_points_that_were_not_given_back(
        self, world: World, checker: Checker, order: Order
    ) -> None:
        take_a_reward(world)
        assert not self.wrong(checker, "points used")
        RewardOrder.objects.update(status="cancelled", ended_at=timezone.now())
        assert self.wrong(checker, "12 points used, 0 due")

    def test_a_reward_that_was_answered_and_is_not_there(
        self, checker: Checker, order: Order
    ) -> None:
        key = str(uuid4())
        checker.diary.wish("reward", key).answered = [key]
        assert self.wrong(checker, f"reward {key}: answered ['{key}'], stored []")

    def test_an_order_for_which_nobody_is_reminded(self, checker: Checker, order: Order) -> None:
        order.deadlines.update(closed_at=timezone.now(), closed_by="seller")
        assert self.wrong(checker, "nobody will be reminded")

    def test_a_manufacturer_that_was_not_asked(
        self, world: World, checker: Checker, order: Order
    ) -> None:
        confirmed = confirm_price(order.number, by=world.actor(world.sales))
        assert not self.wrong(checker, "was not asked")
        confirmed.approval_requests.update(closed_at=timezone.now(), outcome="approved")
        assert self.wrong(checker, "waits for a manufacturer that was not asked")


def take_a_reward(world: World) -> None:
    rule, now = world.rule(), timezone.now()
    account, last = ledger.account_of(world.office, rule), now.date() + timedelta(days=90)
    ledger.earn(account, 20, rule, key="e", at=now, first=now.date(), last=last)
    office, buyer = world.actor(world.back_office), world.actor(world.buyer)
    paper = offer_reward(kind="goods", name="Paper", about="", points=12, by=office)
    order_reward(paper.pk, key=uuid4(), by=buyer)


def past_the_verbs(order: Order, status: str) -> None:
    now = timezone.now()
    stamped: dict[str, Any] = {"approved_at": now, "confirmed_at": now, "promised_date": now.date()}
    stamped["confirmed_by_id"] = order.placed_by_id
    Order.objects.filter(pk=order.pk).update(status=status, **stamped)


def entry(event: str, order: Order, role: str) -> Entry:
    facts = {"subject_kind": "order", "subject_id": order.pk, "audience": []}
    return Entry.objects.create(at=timezone.now(), event=event, role=role, **facts)


@pytest.mark.django_db
def test_kinds_of_deeds_that_never_happened_are_named(world: World) -> None:
    assert {"order placed", "points of an order given back"} <= set(never(deeds()))
    world.place()
    take_a_reward(world)
    missing = never(deeds())
    assert "counted and closed" in missing
    assert not {"order placed", "reward taken", "points used for a reward"} & set(missing)


@pytest.mark.django_db
def test_a_path_begins_with_one_placing(world: World) -> None:
    order = world.place()
    entries = list(Entry.objects.filter(subject_id=order.pk))
    assert order_path(entries, "placed") == ""
    assert "does not begin" in order_path([*entries, *entries], "placed")


def test_some_rounds_of_the_real_thing() -> None:
    """Two of those that `make torture` plays by the hundred."""
    command = [sys.executable, "-m", "torture.run", "--rounds", "2", "--seed", "short"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WRONG" not in done.stdout and "Round   2" in done.stdout
