"""Working time: proved against counting minute by minute, on every kind of night."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonerloop.common.worktime import OFFICE_HOURS, Calendar, Hours

MINUTE = timedelta(minutes=1)
# Nights on which clocks move: at two, at midnight, by half an hour, a whole day left out (Apia).
NIGHTS = [
    ("Europe/Berlin", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
    ("America/Sao_Paulo", datetime(2018, 11, 3, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 29, tzinfo=UTC)),
    ("Pacific/Kiritimati", datetime(2026, 5, 1, tzinfo=UTC)),
    ("Asia/Tokyo", datetime(2026, 5, 1, tzinfo=UTC)),
]


@st.composite
def hours(draw: st.DrawFn) -> Hours:
    """Up to two spans of a day that do not touch, the last perhaps past midnight."""
    ends = sorted(draw(st.sets(st.integers(0, 24 * 60 + 300), max_size=4)))
    ends = ends[: len(ends) // 2 * 2]
    pairs = tuple(zip(ends[::2], ends[1::2], strict=True))
    return tuple(pair for pair in pairs if pair[0] < 24 * 60)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar around a night on which clocks may move, and a moment near it."""
    zone, night = draw(st.sampled_from(NIGHTS))
    week = tuple(draw(st.lists(hours(), min_size=7, max_size=7)))
    off = draw(st.sets(st.integers(0, 3), max_size=2))
    holidays = frozenset(night.date() + timedelta(days=n) for n in off)
    moment = night + timedelta(minutes=draw(st.integers(-600, 2500)))
    return Calendar(zone=zone, hours=week, holidays=holidays), moment


def counted(calendar: Calendar, moment: datetime, minutes: int) -> datetime | None:
    """The same, minute by minute; None if it is more than some days away."""
    at = moment
    for _turn in range(6 * 24 * 60):
        if calendar.is_working(at):
            minutes -= 1
        at += MINUTE
        if not minutes:
            return at
    return None


@given(calendars(), st.integers(1, 900))
def test_it_is_what_counting_each_minute_gives(
    given_: tuple[Calendar, datetime], minutes: int
) -> None:
    calendar, moment = given_
    expected = counted(calendar, moment, minutes)
    if expected is not None:
        assert calendar.after(moment, minutes) == expected
        assert calendar.minutes_between(moment, expected) == minutes


@given(calendars(), st.integers(1, 3000), st.integers(1, 3000))
def test_more_minutes_are_never_sooner_and_add_up(
    given_: tuple[Calendar, datetime], one: int, more: int
) -> None:
    calendar, moment = given_
    first = calendar.after(moment, one)
    assert moment < first
    assert calendar.after(first, more) == calendar.after(moment, one + more) or not any(
        calendar.hours
    )


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 10_000))
def test_without_hours_clock_time_counts(naive: datetime, minutes: int) -> None:
    moment, calendar = naive.replace(tzinfo=UTC), Calendar(zone="Asia/Tokyo", hours=((),) * 7)
    assert calendar.after(moment, minutes) == moment + timedelta(minutes=minutes)
    assert calendar.minutes_between(moment, moment + timedelta(minutes=minutes)) == minutes
    assert not calendar.is_working(moment)


def at(text: str, zone: str = "Asia/Tokyo") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


TOKYO = Calendar(
    zone="Asia/Tokyo",
    hours=(((540, 720), (780, 1050)),) * 5 + ((), ()),
    holidays=frozenset({date(2026, 11, 23)}),
)


@pytest.mark.parametrize(
    ("since", "minutes", "until"),
    [
        ("2026-11-24T09:00", 30, "2026-11-24T09:30"),
        ("2026-11-24T11:50", 30, "2026-11-24T13:20"),  # over lunch
        ("2026-11-24T17:00", 30, "2026-11-24T17:30"),  # to the last minute of the day
        ("2026-11-24T17:01", 30, "2026-11-25T09:01"),
        ("2026-11-24T03:00", 1, "2026-11-24T09:01"),  # placed at night
        ("2026-11-20T17:30", 60, "2026-11-24T10:00"),  # over a week-end and a holiday
        ("2026-11-24T09:00", 0, "2026-11-24T09:00"),
    ],
)
def test_a_day_in_the_office(since: str, minutes: int, until: str) -> None:
    assert TOKYO.after(at(since), minutes) == at(until)


def test_now_or_not() -> None:
    assert TOKYO.is_working(at("2026-11-24T09:00"))
    assert not TOKYO.is_working(at("2026-11-24T12:00"))
    assert not TOKYO.is_working(at("2026-11-24T17:30"))
    assert not TOKYO.is_working(at("2026-11-23T10:00"))


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    calendar = Calendar(zone="UTC", hours=(((22 * 60, 30 * 60),),) + ((),) * 6)
    monday = at("2026-11-23T23:30", "UTC")
    assert calendar.after(monday, 60) == at("2026-11-24T00:30", "UTC")
    assert calendar.is_working(at("2026-11-24T05:59", "UTC"))
    assert not calendar.is_working(at("2026-11-24T22:30", "UTC"))


def test_hours_that_come_once_in_a_lifetime_do_not_stop_the_clock() -> None:
    rare = Calendar(zone="UTC", hours=(((0, 1),),) + ((),) * 6)
    moment = at("2026-11-24T10:00", "UTC")
    assert rare.after(moment, 10_000) == moment + timedelta(minutes=10_000)


def test_the_usual_office() -> None:
    usual = Calendar(zone="Asia/Tokyo", hours=OFFICE_HOURS)
    assert usual.after(at("2026-11-27T17:00"), 60) == at("2026-11-30T09:30")
