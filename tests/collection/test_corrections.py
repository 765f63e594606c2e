"""Points after a correction: as rated at the closing, over all lots, never negative."""

from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collection.test_flow import labels
from tests.world import World, make_world
from tonerloop.collection.actions import correcting, receiving
from tonerloop.collection.actions.correcting import correct
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.actions.rewarding import earned_key, earning_pieces, rated_with
from tonerloop.collection.models import CollectionRequest, Piece
from tonerloop.common.days import local_day
from tonerloop.journal.models import Entry
from tonerloop.orders.errors import Refused
from tonerloop.points import ledger
from tonerloop.points.models import Account, Lot, Rule, RuleStep
from tonerloop.points.rules import left_of_month, points_for

CONDITIONS = ("reusable", "recyclable", "other_maker", "damaged")
GONE = None


def seen(world: World, condition: str = "reusable") -> What:
    return What(consumable_id=world.black.pk, condition=condition)


def closed(world: World, conditions: list[str]) -> CollectionRequest:
    """A request with these pieces, counted and closed."""
    request, by = world.collection(len(conditions)), world.actor(world.clerk)
    receiving.receive(labels(request)[0], by=by)
    for identifier, condition in zip(labels(request), conditions, strict=True):
        receiving.count(request.number, identifier, seen(world, condition), by=by)
    receiving.close(request.number, by=by)
    request.refresh_from_db()
    return request


def pieces(request: CollectionRequest) -> list[Piece]:
    return list(request.pieces.order_by("pk"))


def put_right(world: World, piece: Piece, condition: str | None) -> None:
    now_is = seen(world, condition) if condition else GONE
    correct(piece.request.number, piece.pk, now_is, "seen later", by=world.actor(world.clerk))


def used(account: Account, points: int, key: str = "u") -> None:
    with transaction.atomic():
        day = local_day(timezone.now(), "Asia/Tokyo")
        ledger.use(account.pk, points, key=key, at=timezone.now(), day=day)


def last_said() -> dict[str, object]:
    return Entry.objects.filter(event="collection.corrected").latest("pk").data


@pytest.mark.django_db
def test_a_correction_is_rated_as_the_request_was_when_it_was_closed(world: World) -> None:
    rule = world.rule()
    RuleStep.objects.create(rule=rule, kind="quantity", threshold=4, percent=200)
    world.registered()
    first = closed(world, ["reusable", "damaged"])  # 2 collected: 10 points
    closed(world, ["reusable"] * 3)  # the level is reached: twice 30
    account = Account.objects.get()
    assert (first.rated_collected, first.rated_percent) == (2, 0)
    assert ledger.balance(account.pk) == 70
    put_right(world, pieces(first)[1], "reusable")
    assert ledger.balance(account.pk) == 80  # 10 more, not 20 for it and 10 for its neighbour
    assert last_said() == {"text": "seen later", "earned": 10}


@pytest.mark.django_db
def test_too_many_is_taken_from_every_lot_of_the_request(world: World) -> None:
    world.rule()
    world.registered()
    request = closed(world, ["reusable", "damaged"])
    one, other = pieces(request)
    put_right(world, other, "reusable")  # a second lot
    put_right(world, one, GONE)
    put_right(world, other, GONE)
    assert list(Lot.objects.values_list("remaining", flat=True)) == [0, 0]
    assert ledger.given(earned_key(request, Rule.objects.get())) == 0
    with pytest.raises(Refused, match="taken away already"):
        put_right(world, other, GONE)


@pytest.mark.django_db
def test_of_a_cause_what_expires_last_is_taken_first_and_of_no_other_cause(world: World) -> None:
    rule, now, today = world.rule(), timezone.now(), date(2026, 6, 1)
    account = ledger.account_of(world.office, rule)
    for key, days in (("c/1", 5), ("c/1/corrected/1", 9), ("c/1/corrected/2", 7), ("c/10", 90)):
        last = today + timedelta(days=days)
        ledger.earn(account, 10, rule, key=key, at=now, first=today, last=last)
    assert ledger.take_back("c/1", 15, key="c/1/corrected/3", at=now) == 15
    assert ledger.take_back("c/1", 15, key="c/1/corrected/3", at=now) == 0
    assert list(Lot.objects.order_by("pk").values_list("remaining", flat=True)) == [10, 0, 5, 10]
    assert ledger.given("c/1") == 15
    assert ledger.take_back("c/2", 15, key="c/2/corrected/1", at=now) == 0


@pytest.mark.django_db
def test_what_was_used_already_is_written_off_on_record(world: World) -> None:
    world.rule()
    world.registered()
    request = closed(world, ["reusable"] * 3)
    account = Account.objects.get()
    used(account, 25)
    put_right(world, pieces(request)[0], "damaged")
    assert ledger.balance(account.pk) == 0
    assert last_said() == {"text": "seen later", "taken": 5, "written_off": 5}
    # Put right again, it earns only what the request did not earn yet: the 5 taken back.
    put_right(world, pieces(request)[0], "reusable")
    assert ledger.balance(account.pk) == 5
    assert last_said() == {"text": "seen later", "earned": 5}


@pytest.mark.django_db
def test_who_took_no_part_earns_nothing_by_a_correction(world: World) -> None:
    world.rule()
    registration = world.registered()
    request, by = world.collection(1), world.actor(world.clerk)
    receiving.receive(labels(request)[0], by=by)
    receiving.count(request.number, labels(request)[0], seen(world, "damaged"), by=by)
    registration.ended_at = timezone.now()
    registration.save()
    receiving.close(request.number, by=by)
    world.registered()
    put_right(world, pieces(request)[0], "reusable")
    assert not Lot.objects.exists()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("close"), st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=3)),
        st.tuples(
            st.just("correct"), st.tuples(st.integers(0, 9), st.sampled_from([*CONDITIONS, GONE]))
        ),
        st.tuples(st.just("use"), st.integers(1, 30)),
        st.tuples(st.just("expire"), st.sampled_from([20, 3000])),
    ),
    max_size=8,
)


@pytest.mark.django_db
@settings(max_examples=20)
@given(STEPS, st.sampled_from([None, 25]))
def test_whatever_happens_the_ledger_is_right(
    steps: list[tuple[str, object]], cap: int | None
) -> None:
    with transaction.atomic():
        world = make_world()
        rule = world.rule(monthly_cap=cap)
        RuleStep.objects.create(rule=rule, kind="quantity", threshold=3, percent=150)
        world.registered()
        account, untouched = ledger.account_of(world.office, rule), True
        for n, (what, how) in enumerate(steps):
            if what in ("use", "expire"):
                untouched &= not _spend(account, what, how, n)
            else:
                _count(world, what, how)
            _right(account, rule, exact=untouched and cap is None)
        transaction.set_rollback(True)


def _spend(account: Account, what: str, how: object, n: int) -> bool:
    assert isinstance(how, int)
    if what == "expire":
        day = timezone.now().date() + timedelta(days=how)
        return bool(ledger.expire(account.pk, day=day, at=timezone.now()))
    with suppress(ledger.NotEnough):
        used(account, how, key=f"u{n}")
        return True
    return False


def _count(world: World, what: str, how: object) -> None:
    if what == "close":
        assert isinstance(how, list)
        closed(world, how)
        return
    assert isinstance(how, tuple)
    place, condition = how
    found = list(Piece.objects.order_by("pk"))
    if found:
        with suppress(Refused):  # gone already
            put_right(world, found[place % len(found)], condition)


def _right(account: Account, rule: Rule, *, exact: bool) -> None:
    assert ledger.disagreements() == []
    assert all(lot.remaining >= 0 for lot in Lot.objects.all())
    due, given_ = 0, 0
    for request in CollectionRequest.objects.filter(status="counted"):
        standing = rated_with(request)
        assert standing is not None
        right = points_for(rule, earning_pieces(request), box=False, standing=standing)
        due, given_ = due + right, given_ + ledger.given(earned_key(request, rule))
    if exact:
        assert given_ == due
    if rule.monthly_cap is not None:
        assert given_ <= rule.monthly_cap


def _at_once(*acts: object) -> list[BaseException]:
    start, failed = Barrier(len(acts)), list[BaseException]()

    def run(act: object) -> None:
        try:
            start.wait()
            act()  # type: ignore[operator]
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_a_correction_races_a_use(committed_world: World) -> None:
    """25 of 30 are used while one of three pieces is taken away: one waits for the other."""
    world = committed_world
    world.rule()
    world.registered()
    request = closed(world, ["reusable"] * 3)
    account, piece = Account.objects.get(), pieces(request)[0]
    failed = _at_once(lambda: used(account, 25), lambda: put_right(world, piece, GONE))
    if failed:  # the correction came first
        assert [type(error) for error in failed] == [ledger.NotEnough]
        assert (ledger.balance(account.pk), last_said()["taken"]) == (20, 10)
    else:
        said = last_said()
        assert (ledger.balance(account.pk), said["taken"], said["written_off"]) == (0, 5, 5)
    assert ledger.disagreements() == []


def test_two_corrections_at_once_share_one_monthly_cap(
    committed_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins after the first has read what the month still gives: it has to wait."""
    world = committed_world
    world.rule(monthly_cap=30)
    world.registered()
    one, other = (pieces(closed(world, ["reusable", "damaged"]))[1] for _ in range(2))
    second = Thread(target=_at_once, args=(lambda: put_right(world, other, "reusable"),))

    def read_then_second(*of: Any) -> int | None:
        left = left_of_month(*of)
        if second.ident is None:
            second.start()
            while second.is_alive() and not _somebody_waits():
                second.join(0.02)
        return left

    monkeypatch.setattr(correcting, "left_of_month", read_then_second)
    put_right(world, one, "reusable")
    second.join()
    assert ledger.balance(Account.objects.get().pk) == 30


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0
