"""Working time: which moments count, and the moment so many working minutes after another.

A moment counts if its wall-clock time in the calendar's zone lies in one of the day's hours, and
the day is no holiday. So a night without an hour has one hour less to work in, and a night with
an hour twice one more, wherever in the day a zone moves its clocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Hours = tuple[tuple[int, int], ...]  # minutes from midnight; past 1440: into the next day

DAY = 24 * 60
MIDWEEK: Hours = ((9 * 60, 17 * 60 + 30),)
OFFICE_HOURS: tuple[Hours, ...] = (MIDWEEK,) * 5 + ((), ())
LONGEST = 3 * 366  # days looked ahead; hours so rare that they are not enough are as none
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When somebody works: hours by weekday, Monday first, and the days off.

    Hours that run past midnight belong to the day on which they begin.
    """

    zone: str
    hours: tuple[Hours, ...] = OFFICE_HOURS
    holidays: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, moment: datetime) -> bool:
        """True if the moment counts as working time."""
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        return _within(minute, self._of(local.date())) or _within(
            minute + DAY, self._of(local.date() - timedelta(days=1))
        )

    def after(self, moment: datetime, minutes: int) -> datetime:
        """The first moment by which so many working minutes have passed since `moment`.

        Without any hours, clock time counts.
        """
        left = timedelta(minutes=minutes)
        if left <= timedelta(0):
            return moment
        for start, end in self._spans(moment):
            if end - start >= left:
                return start + left
            left -= end - start
        return moment + timedelta(minutes=minutes)

    def minutes_between(self, since: datetime, until: datetime) -> int:
        """The whole working minutes from one moment to another; 0 if they are the wrong way."""
        worked = timedelta(0)
        for start, end in self._spans(since):
            if start >= until:
                break
            worked += min(end, until) - start
        if not any(self.hours):
            worked = max(until - since, timedelta(0))
        return worked // timedelta(minutes=1)

    def _of(self, day: date) -> Hours:
        return () if day in self.holidays else self.hours[day.weekday()]

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from the moment on, in pieces that follow each other, in UTC."""
        if not any(self.hours):
            return
        at, zone = moment.astimezone(UTC), ZoneInfo(self.zone)
        first = at.astimezone(zone).date() - timedelta(days=2)
        for ahead in range(LONGEST):
            day = first + timedelta(days=ahead)
            if not self._of(day):
                continue
            for start, end in _real(day, self._of(day), zone):
                if end > at:
                    yield max(start, at), end
                    at = end


def _within(minute: int, hours: Hours) -> bool:
    return any(start <= minute < end for start, end in hours)


def _real(day: date, hours: Hours, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The real time during which a zone's clocks show these hours of the day, in order."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = []
    for start, end, offset in _offsets(midnight - timedelta(hours=16), zone):
        for opens, closes in hours:
            begins = midnight + timedelta(minutes=opens) - offset
            ends = midnight + timedelta(minutes=closes) - offset
            if max(begins, start) < min(ends, end):
                found.append((max(begins, start), min(ends, end)))
    return sorted(found)


def _offsets(start: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime, timedelta]]:
    """The three days from `start`, cut where the zone moves its clocks (at most once)."""
    end = start + timedelta(days=3, hours=8)
    before, after = _offset(start, zone), _offset(end, zone)
    if before == after:
        return [(start, end, before)]
    low, high = start, end
    while high - low > SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return [(start, high, before), (high, end, after)]


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
