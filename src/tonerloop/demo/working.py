"""When the demo's offices work, and who of its salespeople is away soon."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tonerloop.common.days import local_day
from tonerloop.demo.cast import Cast, House
from tonerloop.parties.models import Absence, WorkingTime

MORNING, AFTERNOON, LONG_DAY = [9 * 60, 12 * 60], [13 * 60, 17 * 60 + 30], [8 * 60, 18 * 60]
FREE = ((1, 1), (12, 25), (12, 26))  # every year's holidays of the demo
SOON = 6  # days until the absence begins, which lasts as long


def set_hours(cast: Cast, now: datetime) -> None:
    """Sellers close over lunch, desks work long days; one salesperson of each goes away soon."""
    years = (now.year, now.year + 1)
    holidays = [date(year, month, day) for year in years for month, day in FREE]
    for house in cast.houses.values():
        hours: list[list[list[int]]] = [[MORNING, AFTERNOON]] * 5 + [[], []]
        WorkingTime.objects.create(seller=house.seller, hours=hours, holidays=holidays)
        _goes_away(house, now)
    for maker in cast.makers.values():
        long: list[list[list[int]]] = [[LONG_DAY]] * 5 + [[], []]
        WorkingTime.objects.create(manufacturer=maker.party, hours=long, holidays=holidays)


def _goes_away(house: House, now: datetime) -> None:
    person, deputy = house.salespeople[-1], house.salespeople[0]
    zone = house.seller.time_zone
    first = local_day(now, zone) + timedelta(days=SOON)
    begins = datetime.combine(first, time(0), ZoneInfo(zone)).astimezone(UTC)
    Absence.objects.create(
        seller=house.seller,
        person=person,
        deputy=deputy if deputy != person else None,
        begins_at=begins,
        ends_at=begins + timedelta(days=SOON),
    )
