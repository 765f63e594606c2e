"""No talk wedges an order: whatever the parties do, somebody can go on, and it can end well.

Hypothesis plays buyer, salesperson, back office, manufacturer and the rule against each other and
looks after each step; at the end of each play the order is taken, from wherever it is, to its
delivery.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.world import World
from tonerloop.common.actor import Actor, NotAllowed
from tonerloop.common.days import local_day
from tonerloop.orders import actions
from tonerloop.orders.errors import Refused, Stale
from tonerloop.orders.models import LineAnswer, Order, OrderLine
from tonerloop.orders.states import MOVES, OPEN, TURN, IllegalMove, LineState, Status
from tonerloop.orders.totals import add_up
from tonerloop.pricing.guarding import allow_confirmation, set_floor

pytestmark = pytest.mark.django_db

SAID_NO = (IllegalMove, Refused, Stale, NotAllowed, Order.DoesNotExist)
DAYS = st.integers(0, 40)
SELLERS = st.sampled_from(["sales", "deputy", "back_office"])
ANSWERS = st.sampled_from(["later", "yes", "fewer", "other", "cheap", "dear", "no"])
EVERYBODY = st.sampled_from(["buyer", "sales", "back_office", "desk"])
# From the outside one verb makes at most these two moves at once: the yes to a maker's day.
TWICE = {(Status.WAITING, Status.APPROVED)}


class Talk(RuleBasedStateMachine):
    """One order, and all who may do something about it."""

    world: ClassVar[World]
    actors: ClassVar[dict[str, Actor]]
    reached: ClassVar[set[Status]]

    def __init__(self) -> None:
        super().__init__()
        self.play = transaction.atomic()
        self.play.__enter__()
        self.order, self.before = Order(), Status.PLACED

    def teardown(self) -> None:
        try:
            if self.order.pk:
                self._ends_well()
        finally:
            transaction.set_rollback(True)
            self.play.__exit__(None, None, None)

    @initialize(items=st.sets(st.sampled_from(["black", "cyan", "drum"]), min_size=1))
    def placed(self, items: set[str]) -> None:
        world, office = self.world, self._who("back_office")
        set_floor(world.black.pk, amount=Decimal(8500), currency="JPY", by=office)
        allow_confirmation(world.office.pk, Decimal(30000), with_list=True, by=office)
        pairs = {(world.copier.pk, getattr(world, name).pk): 2 for name in sorted(items)}
        self.order = world.place(pairs)

    # --- what each may try; what is not allowed says no and changes nothing

    @rule(who=SELLERS, meant=st.booleans())
    def confirm(self, who: str, meant: bool) -> None:
        self._try(actions.confirm_price, by=self._who(who), below_floor=meant)

    @rule()
    def by_rule(self) -> None:
        actions.confirm_by_rule(self.order.pk)

    @rule(
        who=SELLERS,
        price=st.sampled_from([None, 100, 8000, 8500, 15000]),
        other=st.booleans(),
        day=st.none() | DAYS,
        meant=st.booleans(),
    )
    def propose(
        self, who: str, price: int | None, other: bool, day: int | None, meant: bool
    ) -> None:
        lines = list(self.order.lines.all())
        changes = actions.Changes(
            prices={line.pk: Decimal(price) for line in lines} if price else {},
            substitutes={
                line.pk: self.world.other_black.pk
                for line in lines
                if other and line.consumable == self.world.black
            },
            new_date=None if day is None else self._day(day),
        )
        self._try(actions.propose, changes, by=self._who(who), below_floor=meant)

    @rule(who=SELLERS)
    def ask(self, who: str) -> None:
        self._try(actions.ask, "Which floor?", by=self._who(who))

    @precondition(lambda self: self.order.status == Status.WAITING)
    @rule(how=st.sampled_from(["accept", "some", "decline", "reply"]))
    def answer(self, how: str) -> None:
        buyer, first = self._who("buyer"), self.order.lines.values_list("pk", flat=True)[:1]
        match how:
            case "accept":
                self._try(actions.accept_change, by=buyer)
            case "some":
                self._try(actions.accept_change, by=buyer, declined=list(first))
            case "decline":
                self._try(actions.decline_change, by=buyer)
            case _:
                self._try(actions.reply, "The third", by=buyer)

    @precondition(lambda self: self.order.status in (Status.PLACED, Status.APPROVED))
    @rule()
    def answer_too_late(self) -> None:
        for late in (actions.accept_change, actions.decline_change):
            with pytest.raises(IllegalMove):
                late(self.order.number, by=self._who("buyer"))

    @rule(day=DAYS)
    def approve(self, day: int) -> None:
        self._try(actions.approve, self._day(day), by=self._who("desk"))

    @precondition(lambda self: self.order.status == Status.PRICE_CONFIRMED)
    @rule(answers=st.just(["yes"] * 3) | st.lists(ANSWERS, min_size=3, max_size=3), day=DAYS)
    def answer_lines(self, answers: list[str], day: int) -> None:
        lines = self.order.lines.exclude(state=LineState.REJECTED)
        said = {
            line.position: self._said(line, how, self._day(day))
            for line, how in zip(lines, answers, strict=False)
            if how != "later"
        }
        self._try(actions.answer_lines, said, by=self._who("desk"))

    @rule(who=EVERYBODY)
    def cancel(self, who: str) -> None:
        if self.order.version > 2:  # else most plays would be over before they began
            self._try(actions.cancel, "credit", by=self._who(who))

    # --- what holds after each step

    @invariant()
    def it_holds_together(self) -> None:
        if not self.order.pk:
            return
        order = self.order = Order.objects.get(pk=self.order.pk)
        status = Status(order.status)
        self.reached.add(status)
        step = (self.before, status)
        assert step[0] == step[1] or status in MOVES[self.before] or step in TWICE, step
        self.before = status
        waits = order.proposals.filter(answered_at=None).count()
        asked = order.approval_requests.filter(closed_at=None).count()
        assert waits == (status == Status.WAITING)
        assert asked == (status == Status.PRICE_CONFIRMED)
        lines = [line for line in order.lines.all() if line.state != LineState.REJECTED]
        if status != Status.CANCELLED:
            assert lines
            accepted = status in (Status.APPROVED, Status.SHIPPED, Status.DELIVERED)
            counts = [n.approved_quantity if accepted else n.ordered_quantity for n in lines]
            assert all(counts)
            sums = [
                (n.unit_price, count, n.tax_percent) for n, count in zip(lines, counts, strict=True)
            ]
            assert add_up(sums, order.currency).total == order.total
        self._lines_hold(order, lines)
        if status in OPEN:
            turn = TURN[status]
            assert any(turn in sides for sides in MOVES[status].values())

    def _lines_hold(self, order: Order, lines: list[OrderLine]) -> None:
        """No open request is answered to its end, and what is promised is the latest day."""
        asked = order.approval_requests.filter(closed_at=None).first()
        if asked:
            assert asked.answers.count() < len(lines)
            assert {line.state for line in lines} == {LineState.OPEN}
        if order.status == Status.APPROVED:
            assert order.promised_date == max(n.promised_date for n in lines if n.promised_date)

    # --- how they act

    def _said(self, line: OrderLine, how: str, day: date) -> actions.LineSaid:
        kind, more = LineAnswer.Kind, dict[str, Any]()
        match how:
            case "no":
                return actions.LineSaid(kind=kind.REJECTED, reason="out_of_stock")
            case "fewer":
                more["quantity"] = max(line.ordered_quantity - 1, 1)
            case "other" if line.consumable == self.world.black:
                more |= {"substitute": "NPG-67-BK-L", "price": Decimal(5000), "currency": "JPY"}
            case "cheap":
                more |= {"price": Decimal(4000), "currency": "JPY"}
            case "dear":
                more |= {"price": Decimal(6000), "currency": "JPY"}
        changed = kind.CHANGED if more else kind.ACCEPTED
        return actions.LineSaid(kind=changed, promised_date=day, **more)

    def _who(self, name: str) -> Actor:
        return self.actors[name]

    def _day(self, offset: int) -> date:
        return local_day(timezone.now(), self.world.seller.time_zone) + timedelta(days=offset)

    def _try(self, verb: Callable[..., Order], *args: Any, **named: Any) -> None:
        before = Order.objects.get(pk=self.order.pk)
        try:
            self.order = verb(self.order.number, *args, **named)
        except SAID_NO:
            left = Order.objects.get(pk=self.order.pk)
            assert (left.status, left.version) == (before.status, before.version)

    def _ends_well(self) -> None:
        """Whoever's turn it is goes on; from everywhere it is at most six turns to the end."""
        for _turn in range(6):
            order = Order.objects.get(pk=self.order.pk)
            if order.status not in OPEN:
                return
            self._go_on(order)
        assert Order.objects.get(pk=self.order.pk).status not in OPEN

    def _go_on(self, order: Order) -> None:
        number, lines = order.number, list(order.lines.all())
        sales, buyer, desk = (self._who(name) for name in ("sales", "buyer", "desk"))
        match Status(order.status):
            case Status.PLACED:
                missing = {n.pk: Decimal(15000) for n in lines if n.unit_price is None}
                if missing:
                    named = actions.Changes(prices=missing)
                    actions.propose(number, named, by=sales, below_floor=True)
                else:
                    actions.confirm_price(number, by=sales, below_floor=True)
            case Status.WAITING if order.proposals.get(answered_at=None).is_question:
                actions.reply(number, "The third", by=buyer)
            case Status.WAITING:
                actions.accept_change(number, by=buyer)
            case Status.PRICE_CONFIRMED:
                actions.approve(number, order.agreed_date or self._day(5), by=desk)
            case Status.APPROVED:
                pieces = {n.position: n.approved_quantity for n in lines if n.approved_quantity}
                actions.ship(number, pieces, by=desk)
            case _:
                actions.report_delivery(number, by=buyer)


def test_no_talk_wedges_an_order(world: World) -> None:
    class Here(Talk):
        reached: ClassVar[set[Status]] = set()

    Here.world = world
    people = ("buyer", "sales", "deputy", "back_office", "desk")
    Here.actors = {name: world.actor(getattr(world, name)) for name in people}
    run_state_machine_as_test(
        Here, settings=settings(max_examples=25, stateful_step_count=12, deadline=None)
    )
    assert {Status.WAITING, Status.PRICE_CONFIRMED, Status.APPROVED, Status.CANCELLED} <= (
        Here.reached
    )
