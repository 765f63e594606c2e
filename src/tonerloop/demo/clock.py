"""Office hours: nobody orders at night, and an answer takes working minutes."""

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(8, 30), time(17, 30)


def in_office(day: date, zone: str, dice: Random) -> datetime:
    """Some moment of a working day between half past eight and five."""
    minutes = dice.randrange(8 * 60 + 30, 17 * 60)
    start = datetime.combine(day, time(0), ZoneInfo(zone))
    return start + timedelta(minutes=minutes, seconds=dice.randrange(60))


def later(at: datetime, minutes: float, zone: str) -> datetime:
    """The moment that lies so many office minutes after `at`."""
    local, left = at.astimezone(ZoneInfo(zone)), timedelta(minutes=minutes)
    while True:
        local = _opened(local)
        until_close = datetime.combine(local.date(), CLOSES, local.tzinfo) - local
        if left <= until_close:
            return local + left
        left -= until_close
        local = datetime.combine(local.date() + timedelta(days=1), OPENS, local.tzinfo)


def _opened(local: datetime) -> datetime:
    """The moment itself in office hours, else the next opening."""
    while local.weekday() > 4 or local.time() >= CLOSES:
        local = datetime.combine(local.date() + timedelta(days=1), OPENS, local.tzinfo)
    if local.time() < OPENS:
        local = datetime.combine(local.date(), OPENS, local.tzinfo)
    return local
