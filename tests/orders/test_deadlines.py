"""Nobody waits in silence: deadlines come with the move, are told once, and end with the answer."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.world import World
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.actions import tell_overdue
from tonerloop.orders.actions.overdue import EVENTS
from tonerloop.orders.deadlines import WAITED_FOR, Deadline
from tonerloop.orders.due import usual_minutes
from tonerloop.orders.models import Order
from tonerloop.orders.states import Status
from tonerloop.parties.actions import Away, Week, record_absence, set_desk_hours, set_working_time
from tonerloop.parties.working import Stages

pytestmark = pytest.mark.django_db
# A Tuesday, 10:00 in Tokyo: inside the usual hours of the seller.
TEN = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROUND_THE_CLOCK = Week(hours=[((0, 24 * 60),)] * 7)


def at(moment: datetime) -> Any:
    """The clock stands at this moment."""
    return patch("django.utils.timezone.now", return_value=moment)


def placed(world: World, moment: datetime = TEN) -> Order:
    with at(moment):
        return world.place()


def confirmed(world: World, moment: datetime = TEN) -> Order:
    order = placed(world, moment)
    with at(moment):
        return actions.confirm_price(order.number, by=world.actor(world.sales))


def asked(world: World, moment: datetime = TEN) -> Order:
    order = placed(world, moment)
    with at(moment):
        return actions.ask(order.number, "Which floor?", by=world.actor(world.sales))


def due(order: Order) -> list[datetime]:
    rows = Deadline.objects.filter(order=order, closed_at=None).order_by("stage")
    return [row.due_at for row in rows]


def told(order: Order) -> list[str]:
    found = Entry.objects.filter(subject_kind="order", subject_id=order.pk, rule="deadline")
    return list(found.order_by("pk").values_list("event", flat=True))


def test_a_new_order_is_due_by_the_sellers_hours(world: World) -> None:
    assert due(placed(world)) == [TEN + n * MINUTE for n in (30, 60, 120)]
    late = TEN.replace(hour=8, minute=10)  # 17:10 in Tokyo
    assert due(placed(world, late))[0] == datetime(2026, 12, 2, 0, 10, tzinfo=UTC)


def test_an_approval_is_due_by_the_manufacturers_hours(world: World) -> None:
    set_desk_hours(ROUND_THE_CLOCK, by=world.actor(world.desk))
    assert due(confirmed(world)) == [TEN + n * HOUR for n in (2, 4, 8)]


def test_the_usual_desk_works_from_nine_in_its_zone(world: World) -> None:
    assert due(confirmed(world))[0] == datetime(2026, 12, 1, 11, 0, tzinfo=UTC)  # 9:00 + 2 h, UTC


def test_the_seller_sets_its_own_stages(world: World) -> None:
    stages = Stages(price=(5, 10, 15), approval=(1, 2, 3), buyer=(7, 9))
    set_working_time(ROUND_THE_CLOCK, stages, by=world.actor(world.back_office))
    set_desk_hours(ROUND_THE_CLOCK, by=world.actor(world.desk))
    assert due(placed(world)) == [TEN + n * MINUTE for n in (5, 10, 15)]
    assert due(confirmed(world)) == [TEN + n * MINUTE for n in (1, 2, 3)]
    assert due(asked(world)) == [TEN + n * MINUTE for n in (7, 9)]


def test_without_any_hours_clocks_count(world: World) -> None:
    set_working_time(Week(hours=[()] * 7), Stages(), by=world.actor(world.back_office))
    night = TEN.replace(hour=16)
    assert due(placed(world, night))[0] == night + 30 * MINUTE


def test_all_that_wait_have_words_for_each_stage() -> None:
    assert {status for status, _stage in EVENTS} | {Status.PLACED} == set(WAITED_FOR)


def test_the_answer_ends_it_and_the_next_begins(world: World) -> None:
    order = placed(world)
    with at(TEN + 10 * MINUTE):
        actions.confirm_price(order.number, by=world.actor(world.sales))
    first = Deadline.objects.filter(order=order, status=Status.PLACED)
    assert {(row.closed_at, row.closed_by) for row in first} == {(TEN + 10 * MINUTE, "seller")}
    assert len(due(order)) == 3
    with at(TEN + 20 * MINUTE):
        actions.cancel(order.number, "duplicate", by=world.actor(world.buyer))
    assert due(order) == []
    tell_overdue(TEN + timedelta(days=30))
    assert told(order) == []


def test_a_refused_answer_leaves_the_deadlines(world: World) -> None:
    order = placed(world)
    with pytest.raises(actions.Stale):
        actions.confirm_price(order.number, by=world.actor(world.sales), seen_version=99)
    assert len(due(order)) == 3


def test_an_undone_move_leaves_no_deadline(world: World) -> None:
    order = placed(world)
    before = due(order)
    with transaction.atomic():
        actions.confirm_price(order.number, by=world.actor(world.sales))
        transaction.set_rollback(True)
    assert due(order) == before


def test_one_stage_after_the_other_each_once(world: World) -> None:
    order = placed(world)
    steps = [(29, 0), (30, 1), (31, 0), (60, 1), (119, 0), (120, 1), (500, 0)]
    for minutes, count in steps:
        assert tell_overdue(TEN + minutes * MINUTE) == count, minutes
    expected = ["order.price_reminded", "order.price_to_deputy", "order.price_to_office"]
    assert told(order) == expected


def test_a_clock_that_goes_back_reminds_of_nothing_twice(world: World) -> None:
    order = placed(world)
    for minutes in (31, 5, 31, 29, 30):
        tell_overdue(TEN + minutes * MINUTE)
    assert told(order) == ["order.price_reminded"]


def test_after_an_outage_only_the_latest_is_told(world: World) -> None:
    order = placed(world)
    assert tell_overdue(TEN + timedelta(days=3)) == 1
    assert tell_overdue(TEN + timedelta(days=4)) == 0
    assert told(order) == ["order.price_to_office"]


def test_a_manufacturer_is_reminded_twice_then_the_seller_is_told(world: World) -> None:
    set_desk_hours(ROUND_THE_CLOCK, by=world.actor(world.desk))
    order = confirmed(world)
    for hours in (2, 4, 8, 12):
        tell_overdue(TEN + hours * HOUR)
    reminded = "order.approval_reminded"
    assert told(order) == [reminded, reminded, "order.approval_late"]
    entry = Entry.objects.get(event=Event.ORDER_APPROVAL_LATE)
    assert sorted(entry.audience) == ["buyer", "manufacturer", "seller"]


def test_a_buyer_is_reminded_then_the_seller_is_told(world: World) -> None:
    order = asked(world)
    tell_overdue(TEN + timedelta(days=1))
    tell_overdue(TEN + timedelta(days=3))
    assert told(order) == ["order.buyer_reminded", "order.buyer_late"]
    assert not Entry.objects.filter(rule="deadline", audience__contains=["manufacturer"]).exists()


def test_a_reply_starts_anew(world: World) -> None:
    order = asked(world)
    with at(TEN + HOUR):
        actions.reply(order.number, "The third", by=world.actor(world.buyer))
    assert due(order) == [TEN + HOUR + n * MINUTE for n in (30, 60)] + [TEN + 3 * HOUR]


def test_without_a_deputy_the_back_office_is_next(world: World) -> None:
    world.office.deputy = None
    world.office.save()
    order = placed(world)
    tell_overdue(TEN + 61 * MINUTE)
    assert told(order) == ["order.price_to_office"]


def away(world: World, person: Any, deputy: Any = None) -> None:
    days = {"first_day": TEN.date(), "last_day": TEN.date() + timedelta(days=3)}
    with at(TEN):
        who = Away(person_id=person.pk, deputy_id=deputy.pk if deputy else None, **days)
        record_absence(who, by=world.actor(world.back_office))


def test_where_everybody_is_away_the_back_office_has_it(world: World) -> None:
    """Two who stand in for each other lose nothing."""
    away(world, world.sales)
    away(world, world.deputy)
    order = placed(world)
    with at(TEN + 31 * MINUTE):
        tell_overdue(TEN + 31 * MINUTE)
    assert told(order) == ["order.price_to_office"]


def test_one_broken_order_does_not_stop_the_others(world: World) -> None:
    first, second = placed(world), placed(world)
    real = actions.overdue.tell

    def tell(event: Event, order: Order, **facts: Any) -> None:
        if order.pk == first.pk:
            raise RuntimeError("broken")
        real(event, order, **facts)

    with patch("tonerloop.orders.actions.overdue.tell", tell):
        assert tell_overdue(TEN + 31 * MINUTE) == 1
    assert (told(first), len(told(second))) == ([], 1)
    assert tell_overdue(TEN + 32 * MINUTE) == 1
    assert len(told(first)) == 1


def test_what_moved_past_the_verbs_is_not_told(world: World) -> None:
    order = placed(world)
    Order.objects.filter(pk=order.pk).update(status=Status.WAITING)
    assert tell_overdue(TEN + 31 * MINUTE) == 0
    assert (told(order), due(order)) == ([], [])


def test_telling_queues_its_dispatch_with_it(world: World) -> None:
    placed(world)
    before = ProcrastinateJob.objects.count()
    tell_overdue(TEN + 31 * MINUTE)
    assert ProcrastinateJob.objects.count() == before + 1


# --- what is usual


def answered(world: World, minutes: int, moment: datetime = TEN) -> None:
    order = placed(world, moment)
    with at(moment + minutes * MINUTE):
        actions.confirm_price(order.number, by=world.actor(world.sales))


def test_what_is_usual_is_told_only_when_it_is_known(world: World) -> None:
    for minutes in (10, 20, 30, 40):
        answered(world, minutes)
    assert usual_minutes(placed(world)) is None
    answered(world, 300)
    assert usual_minutes(placed(world)) == 40  # four of five came within it


def test_what_is_usual_counts_working_minutes_and_answers_alone(world: World) -> None:
    evening = TEN.replace(hour=8, minute=20)  # ten minutes before they leave
    for _turn in range(5):
        answered(world, 15 * 60 + 50, evening)  # at 9:10 the next morning: twenty minutes
    for _turn in range(3):
        order = placed(world)
        actions.cancel(order.number, "duplicate", by=world.actor(world.buyer))  # no answer
    assert usual_minutes(placed(world)) == 20


def test_a_rivals_answers_tell_nothing(world: World) -> None:
    for _turn in range(6):
        answered(world, 10)
    order = placed(world)
    order.seller_id = world.rival_seller.pk
    assert usual_minutes(order) is None


def test_deadlines_are_told_at_the_real_time_too(world: World) -> None:
    """The job's own call, with the real clock: nothing is due yet."""
    world.place()
    assert tell_overdue(timezone.now()) == 0
