from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.world import World, make_world
from tonerloop.points import ledger
from tonerloop.points.models import Account, Entry, Lot, Rule, Transaction

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)


@pytest.fixture
def rule(world: World) -> Rule:
    return world.rule()


def account(world: World, rule: Rule) -> Account:
    return ledger.account_of(world.office, rule)


def earned(account: Account, rule: Rule, points: int, *, days: int = 100, key: str = "e1") -> None:
    last = TODAY + timedelta(days=days)
    ledger.earn(account, points, rule, key=key, at=timezone.now(), first=TODAY, last=last)


def used(account: Account, points: int, key: str = "u1") -> Decimal:
    return ledger.use(account.pk, points, key=key, at=timezone.now(), day=TODAY)


def test_points_are_earned_once_whatever_is_retried(world: World, rule: Rule) -> None:
    own = account(world, rule)
    for _ in range(3):
        earned(own, rule, 30)
    assert ledger.balance(own.pk) == 30
    assert Transaction.objects.count() == 1


def test_the_oldest_points_are_used_first(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10, days=200, key="late")
    earned(own, rule, 10, days=50, key="soon")
    assert used(own, 12) == 60
    left = dict(Lot.objects.values_list("transaction__key", "remaining"))
    assert left == {"late": 8, "soon": 0}


def test_more_than_there_is_is_refused_and_uses_nothing(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10)
    with pytest.raises(ledger.NotEnough) as short:
        used(own, 11)
    assert short.value.available == 10
    assert ledger.balance(own.pk) == 10


def test_the_same_use_twice_is_one_use(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10)
    assert used(own, 4) == used(own, 4) == 20
    assert ledger.balance(own.pk) == 6


def test_what_is_given_back_has_its_old_expiry(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10, days=50)
    used(own, 10)
    now = timezone.now()
    assert ledger.give_back("u1", 4, cause="a", at=now) == 4
    assert ledger.give_back("u1", 4, cause="a", at=now) == 0
    assert ledger.give_back("u1", None, cause="b", at=now) == 6
    assert ledger.give_back("u1", None, cause="c", at=now) == 0
    lot = Lot.objects.get()
    assert (lot.remaining, lot.last_day) == (10, TODAY + timedelta(days=50))


def test_expired_points_cannot_be_used_and_expire_once(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10, days=5)
    later = TODAY + timedelta(days=6)
    with pytest.raises(ledger.NotEnough):
        ledger.use(own.pk, 1, key="u", at=timezone.now(), day=later)
    assert ledger.expire(own.pk, day=later, at=timezone.now()) == 10
    assert ledger.expire(own.pk, day=later, at=timezone.now()) == 0
    assert ledger.balance(own.pk) == 0


def test_a_correction_takes_back_only_what_is_there(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10)
    used(own, 7)
    taken = ledger.take_back("e1", 5, key="c1", at=timezone.now(), reason="miscount")
    assert taken == 3
    assert ledger.balance(own.pk) == 0


@pytest.mark.parametrize("table", ["points_entry", "points_transaction"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_edit_the_ledger(
    world: World, rule: Rule, table: str, change: str
) -> None:
    earned(account(world, rule), rule, 10)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.mark.parametrize("change", [{"remaining": 99}, {"earned": 99}])
def test_a_lot_changes_only_by_entries(world: World, rule: Rule, change: dict[str, int]) -> None:
    earned(account(world, rule), rule, 10)
    with pytest.raises(DatabaseError), transaction.atomic():
        Lot.objects.update(**change)


def test_a_lot_cannot_be_overdrawn_by_an_entry(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10)
    done = Transaction.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            transaction=done, account=own, lot=Lot.objects.get(), book="customer", points=-11
        )


def test_a_transaction_that_does_not_add_up_cannot_commit(world: World, rule: Rule) -> None:
    own = account(world, rule)
    earned(own, rule, 10)
    Entry.objects.create(
        transaction=Transaction.objects.get(),
        account=own,
        lot=Lot.objects.get(),
        book="customer",
        points=-1,
    )
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS points_entry_adds_up IMMEDIATE")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["earn", "use", "back", "expire", "correct"]),
        st.integers(min_value=1, max_value=40),
    ),
    max_size=12,
)


@given(STEPS)
def test_the_balance_is_always_the_sum_and_never_negative(steps: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        world = make_world()
        rule = world.rule()
        own = account(world, rule)
        for n, (what, points) in enumerate(steps):
            _step(own, rule, what, points, n)
            assert ledger.balance(own.pk) == sum(Lot.objects.values_list("remaining", flat=True))
            assert ledger.balance(own.pk) >= 0
        assert ledger.disagreements() == []
        transaction.set_rollback(True)


def _step(own: Account, rule: Rule, what: str, points: int, n: int) -> None:
    now = timezone.now()
    match what:
        case "earn":
            earned(own, rule, points, days=points, key=f"earn{n}")
        case "use":
            with suppress(ledger.NotEnough):
                used(own, points, key=f"use{n}")
        case "back":
            for key in list(Transaction.objects.filter(kind="used").values_list("key", flat=True)):
                ledger.give_back(key, points, cause=f"c{n}", at=now)
        case "expire":
            ledger.expire(own.pk, day=TODAY + timedelta(days=points), at=now)
        case "correct":
            keys = Transaction.objects.filter(kind="earned").values_list("key", flat=True)
            for key in list(keys):
                ledger.take_back(key, points, key=f"{key}/t{n}", at=now, reason="test")
