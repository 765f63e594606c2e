"""Rules at the order desk: judged, tried, begun, applied once, ended; never edited."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.outbound.post import approved, confirmed
from tests.webhooks.conftest import dispatched
from tests.world import World
from tonerloop.common.actor import NotAllowed
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.judging import Facts, LineFacts, Terms, judge
from tonerloop.manufacturers.models import ApprovalRule, ListPrice
from tonerloop.manufacturers.pricelist import set_list_prices
from tonerloop.manufacturers.rules import apply_rules, begin_rule, end_rule, in_force, try_out
from tonerloop.orders.actions import (
    LineSaid,
    answer_lines,
    approve,
    cancel,
    confirm_price,
    reply,
)
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import LineAnswer, Order

TERMS = Terms(name="Small orders", tolerance=Decimal(2))
MONDAY = date(2026, 11, 23)
LINE = LineFacts(
    part_number="NPG-67-BK",
    quantity=2,
    price=Decimal(5000),
    currency="JPY",
    list_price=Decimal(5000),
)
FACTS = Facts(
    seller_id=1, seller="Kanda", today=MONDAY, wanted_by=MONDAY + timedelta(days=3), lines=(LINE,)
)


def with_line(**changes: Any) -> Facts:
    return replace(FACTS, lines=(replace(LINE, **changes),))


def test_what_meets_every_condition_is_approved_for_the_day_it_is_wanted() -> None:
    assert judge(TERMS, FACTS).promised == FACTS.wanted_by


CASES: dict[str, tuple[Terms, Facts, str]] = {
    "dearer": (TERMS, with_line(price=Decimal(5101)), "5,101 JPY, your list says 5,000"),
    "cheaper": (TERMS, with_line(price=Decimal(4899)), "4,899 JPY, your list says 5,000"),
    "no purchase price": (TERMS, with_line(price=None), "no purchase price"),
    "not listed": (TERMS, with_line(list_price=None), "not in your price list"),
    "too many": (replace(TERMS, most_pieces=1), FACTS, "2 pieces"),
    "too much": (
        replace(TERMS, most_amount=Decimal(9999), amount_currency="JPY"),
        FACTS,
        "comes to 10,000 JPY",
    ),
    "other currency": (
        replace(TERMS, most_amount=Decimal(99999), amount_currency="EUR"),
        FACTS,
        "not in EUR",
    ),
    "other seller": (replace(TERMS, seller_ids=frozenset({2})), FACTS, "not one of the rule"),
    "too late": (replace(TERMS, working_days=4), FACTS, "later than the customer"),
    "passed": (TERMS, replace(FACTS, wanted_by=MONDAY - timedelta(days=1)), "has passed"),
    "nothing left": (TERMS, replace(FACTS, lines=()), "No line"),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_off_is_named_and_left_to_the_desk(case: str) -> None:
    terms, facts, words = CASES[case]
    verdict = judge(terms, facts)
    assert verdict.promised is None
    assert len(verdict.reasons) == 1 and words in verdict.reasons[0]


def test_the_edges_are_within() -> None:
    for price in (4900, 5100):
        assert judge(TERMS, with_line(price=Decimal(price))).promised
    terms = replace(TERMS, most_pieces=2, most_amount=Decimal(10000), amount_currency="JPY")
    assert judge(terms, FACTS).promised
    assert judge(replace(TERMS, working_days=3), FACTS).promised == date(2026, 11, 26)
    assert judge(replace(TERMS, working_days=1), FACTS).promised == date(2026, 11, 24)
    assert judge(replace(TERMS, seller_ids=frozenset({1})), FACTS).promised


MONEY = some.decimals(0, 99999, places=2)


@given(
    price=MONEY,
    own=MONEY,
    tolerance=some.decimals(0, 100, places=2),
    quantity=some.integers(1, 500),
    most=some.none() | some.integers(1, 500),
    amount=some.none() | MONEY,
    ahead=some.integers(-3, 20),
    days=some.none() | some.integers(0, 20),
)
def test_nothing_is_approved_that_a_condition_forbids(
    price: Decimal,
    own: Decimal,
    tolerance: Decimal,
    quantity: int,
    most: int | None,
    amount: Decimal | None,
    ahead: int,
    days: int | None,
) -> None:
    terms = Terms(
        name="x",
        tolerance=tolerance,
        most_pieces=most,
        most_amount=amount,
        amount_currency="JPY" if amount is not None else "",
        working_days=days,
    )
    facts = replace(
        with_line(price=price, list_price=own, quantity=quantity),
        wanted_by=MONDAY + timedelta(days=ahead),
    )
    verdict = judge(terms, facts)
    assert (verdict.promised is None) == bool(verdict.reasons)
    if verdict.promised is not None:
        assert MONDAY <= verdict.promised <= facts.wanted_by
        assert abs(price - own) <= own * tolerance / 100
        assert most is None or quantity <= most
        assert amount is None or price * quantity <= amount


def priced(world: World, **prices: int) -> None:
    """The maker's own list: 5,000 for each toner, unless told otherwise."""
    own = {world.black.part_number: Decimal(5000), world.cyan.part_number: Decimal(5000)}
    today = timezone.now().date() + timedelta(days=1)
    set_list_prices(own.items(), "JPY", today, by=world.actor(world.desk))
    ListPrice.objects.update(first_day=date(2020, 1, 1))


@pytest.mark.django_db
class TestAtTheDesk:
    def test_the_rule_approves_and_is_named(self, world: World, client: Any) -> None:
        priced(world)
        rule = begin_rule(TERMS, by=world.actor(world.desk))
        order = confirmed(world)
        dispatched("order.price_confirmed")
        job = ProcrastinateJob.objects.get(task_name="outbound.apply_rules")
        assert job.args == {"order_id": order.pk}
        assert apply_rules(order.pk) == rule
        order.refresh_from_db()
        assert (order.status, order.promised_date) == ("approved", order.expected_date)
        entry = Entry.objects.get(event="order.approved")
        assert (entry.role, entry.rule, entry.person_id) == ("order_desk", "Small orders", None)
        client.force_login(world.buyer)
        page = client.get(f"/order/orders/{order.number}/").content.decode()
        assert "by the rule “Small orders”, Canon" in page
        assert apply_rules(order.pk) is None  # the job again

    def test_what_no_rule_approves_waits_at_the_desk(self, world: World) -> None:
        priced(world)
        begin_rule(replace(TERMS, most_pieces=1), by=world.actor(world.desk))
        order = confirmed(world)
        assert apply_rules(order.pk) is None
        order.refresh_from_db()
        assert order.status == "price_confirmed"

    def test_the_next_rule_may_approve_what_the_first_does_not(self, world: World) -> None:
        priced(world)
        by = world.actor(world.desk)
        begin_rule(replace(TERMS, most_pieces=1), by=by)
        second = begin_rule(replace(TERMS, name="Others"), by=by)
        assert apply_rules(confirmed(world).pk) == second

    def test_a_rule_that_has_ended_approves_nothing(self, world: World) -> None:
        priced(world)
        by = world.actor(world.desk)
        end_rule(begin_rule(TERMS, by=by).pk, by=by)
        order = confirmed(world)
        dispatched("order.price_confirmed")
        assert apply_rules(order.pk) is None
        assert not ProcrastinateJob.objects.filter(task_name="outbound.apply_rules").exists()
        assert not in_force(world.maker.pk).exists()

    def test_a_rivals_rule_approves_nothing_of_ours(self, world: World) -> None:
        priced(world)
        begin_rule(TERMS, by=world.actor(world.rival_desk))
        assert apply_rules(confirmed(world).pk) is None

    def test_whoever_was_faster_is_not_contradicted(self, world: World) -> None:
        priced(world)
        begin_rule(TERMS, by=world.actor(world.desk))
        order = confirmed(world)
        cancel(order.number, "discontinued", by=world.actor(world.desk))
        assert apply_rules(order.pk) is None
        order.refresh_from_db()
        assert order.status == "cancelled"

    def test_what_the_desk_has_answered_once_stays_the_desks(self, world: World) -> None:
        priced(world)
        by = world.actor(world.desk)
        order = confirmed(world)
        order.lines.filter(position=1).update(purchase_price=Decimal(4000))  # agreed, not listed
        begin_rule(TERMS, by=by)
        assert apply_rules(order.pk) is None
        listed = LineSaid(
            kind=LineAnswer.Kind.CHANGED,
            promised_date=order.expected_date,
            price=Decimal(5000),
            currency="JPY",
        )
        gone = LineSaid(kind=LineAnswer.Kind.REJECTED, reason="out_of_stock")
        answer_lines(order.number, {1: listed, 2: gone}, by=by)
        confirm_price(order.number, by=world.actor(world.sales))
        assert apply_rules(order.pk) is None  # though line 1 is at the list's price now
        order.refresh_from_db()
        assert order.status == "price_confirmed"

    @pytest.mark.parametrize("by_line", [True, False])
    def test_after_the_buyers_reply_it_is_the_desks_too(self, world: World, by_line: bool) -> None:
        priced(world)
        by = world.actor(world.desk)
        begin_rule(TERMS, by=by)
        order = confirmed(world)
        day = order.expected_date
        if by_line:
            yes = LineSaid(kind=LineAnswer.Kind.ACCEPTED, promised_date=day)
            gone = LineSaid(kind=LineAnswer.Kind.REJECTED, reason="out_of_stock")
            answer_lines(order.number, {1: yes, 2: gone}, by=by)
        else:
            Order.objects.filter(pk=order.pk).update(agreed_date=day)
            approve(order.number, day + timedelta(days=9), by=by)
        reply(order.number, "Sooner, please", by=world.actor(world.buyer))
        assert apply_rules(order.pk) is None
        order.refresh_from_db()
        assert order.status == "price_confirmed"

    def test_the_trial_says_what_it_would_have_done_and_changes_nothing(self, world: World) -> None:
        priced(world)
        by = world.actor(world.desk)
        yes, no = approved(world), confirmed(world)
        cancel(no.number, "out_of_stock", by=by)
        big = world.place({(world.copier.pk, world.black.pk): 9})
        confirm_price(big.number, by=world.actor(world.sales))
        before = list(Order.objects.order_by("pk").values_list("status", "version"))
        trials = try_out(replace(TERMS, most_pieces=5), by=by)
        found = {
            t.request.order.number: (bool(t.verdict.promised), t.request.outcome) for t in trials
        }
        assert found == {
            yes.number: (True, "approved"),
            no.number: (True, "cancelled"),
            big.number: (False, ""),
        }
        assert trials[0].request.order.number == big.number  # newest first
        assert list(Order.objects.order_by("pk").values_list("status", "version")) == before
        assert not ApprovalRule.objects.exists()

    def test_a_rival_tries_on_its_own_requests(self, world: World) -> None:
        approved(world)
        assert try_out(TERMS, by=world.actor(world.rival_desk)) == []

    @pytest.mark.parametrize(
        ("field", "terms"),
        [
            ("name", replace(TERMS, name=" ")),
            ("tolerance", replace(TERMS, tolerance=Decimal(101))),
            ("most_pieces", replace(TERMS, most_pieces=0)),
            ("most_amount", replace(TERMS, most_amount=Decimal("0.5"), amount_currency="JPY")),
            ("most_amount", replace(TERMS, most_amount=Decimal(5))),
            ("working_days", replace(TERMS, working_days=61)),
            ("sellers", replace(TERMS, seller_ids=frozenset({999}))),
        ],
    )
    def test_terms_that_cannot_be_are_refused(self, world: World, field: str, terms: Terms) -> None:
        with pytest.raises(Refused) as refused:
            begin_rule(terms, by=world.actor(world.desk))
        assert refused.value.field == field and not ApprovalRule.objects.exists()

    def test_rules_are_the_desks(self, world: World) -> None:
        rule = begin_rule(TERMS, by=world.actor(world.desk))
        with pytest.raises(ApprovalRule.DoesNotExist):
            end_rule(rule.pk, by=world.actor(world.rival_desk))
        for who in (world.buyer, world.back_office):
            with pytest.raises(NotAllowed):
                begin_rule(TERMS, by=world.actor(who))

    def test_the_price_that_held_on_the_day_of_the_order_counts(self, world: World) -> None:
        priced(world)
        by = world.actor(world.desk)
        begin_rule(TERMS, by=by)
        order = confirmed(world)
        tomorrow = timezone.now().date() + timedelta(days=1)
        set_list_prices([(world.black.part_number, Decimal(9))], "JPY", tomorrow, by=by)
        assert apply_rules(order.pk) is not None

    @pytest.mark.parametrize(
        ("field", "prices", "currency", "days"),
        [
            ("prices", [("NO-SUCH", Decimal(1))], "JPY", 1),
            ("prices", [("TK-3160", Decimal(1))], "JPY", 1),  # the rival's
            ("prices", [("NPG-67-BK", Decimal("1.5"))], "JPY", 1),
            ("prices", [("NPG-67-BK", Decimal(-1))], "JPY", 1),
            ("prices", [], "JPY", 1),
            ("currency", [("NPG-67-BK", Decimal(1))], "XXX", 1),
            ("first_day", [("NPG-67-BK", Decimal(1))], "JPY", -2),
        ],
    )
    def test_prices_are_kept_all_or_none(
        self, world: World, field: str, prices: Any, currency: str, days: int
    ) -> None:
        day = timezone.now().date() + timedelta(days=days)
        good = [("npg-67-c", Decimal(5000))] if prices else []
        with pytest.raises(Refused) as refused:
            set_list_prices([*good, *prices], currency, day, by=world.actor(world.desk))
        assert refused.value.field == field and not ListPrice.objects.exists()
