"""Days: a moment's day in a party's zone, and working days (Monday to Friday)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def local_day(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a party's time zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def add_working_days(day: date, count: int) -> date:
    """The day that lies `count` working days after `day`."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day
