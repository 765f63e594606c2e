"""How often a program or a link may call: so many times a minute, whichever process counts."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tonerloop.programs.models import Used

# One statement a call; a key's is that of its look-up. A machine whose clock lags counts into the
# minute that is there already.
COUNT = """
INSERT INTO programs_used AS u (bucket, minute, calls) {bucket}
ON CONFLICT (bucket) DO UPDATE SET
    calls = CASE WHEN u.minute >= excluded.minute THEN u.calls + 1 ELSE 1 END,
    minute = greatest(u.minute, excluded.minute)
RETURNING calls
"""
_COUNT = COUNT.format(bucket="VALUES (%s, %s, 1)")


@dataclass(frozen=True)
class Allowance:
    """So many calls a minute, so many of them left, and seconds until it begins anew."""

    most: int
    left: int
    seconds: int
    exceeded: bool


def of_key(calls: int) -> Allowance:
    """What a key may still do that has called so often in this minute."""
    return _allowance(calls, settings.API_PER_MINUTE, timezone.now())


def minute_of(now: datetime) -> datetime:
    """The minute into which a call counts."""
    return now.replace(second=0, microsecond=0)


def count_failure(address: str) -> Allowance:
    """Count a call without a right key from a network address."""
    return _count(f"address:{address[:45]}", settings.API_FAILED_PER_MINUTE)


def count_look(address: str, most: int) -> Allowance:
    """Count a look at a page without a log-in from a network address."""
    return _count(f"look:{address[:45]}", most)


def forget(now: datetime) -> None:
    """Remove counters of minutes that are over."""
    Used.objects.filter(minute__lt=now - timedelta(hours=1)).delete()


def _count(bucket: str, most: int) -> Allowance:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [bucket, minute_of(now)])
        calls = cursor.fetchone()[0]
    return _allowance(calls, most, now)


def _allowance(calls: int, most: int, now: datetime) -> Allowance:
    return Allowance(most, max(0, most - calls), 60 - now.second, calls > most)
