"""Office hours: answers never fall into the night or the weekend."""

from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tonerloop.demo.clock import in_office, later

TOKYO = ZoneInfo("Asia/Tokyo")
FRIDAY = datetime(2026, 3, 6, 17, 0, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("at", "minutes", "expected"),
    [
        (FRIDAY, 20, datetime(2026, 3, 6, 17, 20, tzinfo=TOKYO)),
        (FRIDAY, 60, datetime(2026, 3, 9, 9, 0, tzinfo=TOKYO)),
        (datetime(2026, 3, 7, 12, 0, tzinfo=TOKYO), 5, datetime(2026, 3, 9, 8, 35, tzinfo=TOKYO)),
        (datetime(2026, 3, 9, 3, 0, tzinfo=TOKYO), 5, datetime(2026, 3, 9, 8, 35, tzinfo=TOKYO)),
        (FRIDAY, 30 + 9 * 60 + 1, datetime(2026, 3, 10, 8, 31, tzinfo=TOKYO)),
    ],
)
def test_answers_take_office_minutes(at: datetime, minutes: int, expected: datetime) -> None:
    assert later(at, minutes, "Asia/Tokyo") == expected


def test_orders_are_placed_in_office_hours() -> None:
    for seed in range(200):
        at = in_office(date(2026, 3, 29), "Europe/Dublin", Random(seed))
        assert "08:30" <= f"{at:%H:%M}" < "17:00"
