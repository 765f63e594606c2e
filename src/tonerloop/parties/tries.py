"""How often one may fail to log in: waits that grow with each failure and end by themselves.

A wait is of an account, of a network address or of a known device, one that has been logged in to
this account before. Who fails on purpose to keep somebody out fills the account's and the own
address's; the known device has a count of its own, so its owner gets in all the same.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.db import connection

from tonerloop.parties.models import Tries

FREE_OF_ACCOUNT = 5  # failures in a row before the first wait
FREE_OF_ADDRESS = 30  # a whole office may have one address
FIRST_WAIT, LONGEST_WAIT = 30, 15 * 60  # seconds; the wait doubles with each failure
FORGOTTEN = timedelta(days=1)  # since the last failure
ADDRESS_FORGOTTEN = timedelta(hours=1)  # or the typing errors of a large office would add up

# One statement, taken before the password is looked at, so that tries at once count one by one.
# Its clock is read once the row is locked, so that no try comes before one that was counted.
# Within a wait there is no row to return, and nothing is counted: it ends when it was to end.
_TAKE = """
INSERT INTO parties_tries AS t (bucket, failures, last_at, free_at)
VALUES (%(bucket)s, 1, clock_timestamp(), clock_timestamp())
ON CONFLICT (bucket) DO UPDATE SET
    failures = CASE WHEN t.last_at < clock_timestamp() - %(forgotten)s
        THEN 1 ELSE t.failures + 1 END,
    last_at = clock_timestamp(),
    free_at = clock_timestamp() + make_interval(secs => CASE
        WHEN t.last_at < clock_timestamp() - %(forgotten)s OR t.failures + 1 < %(free)s THEN 0
        ELSE least(%(longest)s, %(first)s * 2.0 ^ least(t.failures + 1 - %(free)s, 20)) END)
WHERE t.free_at <= clock_timestamp()
RETURNING failures
"""


@dataclass(frozen=True, kw_only=True)
class Try:
    """One try to log in: to which account, from which address, on which known device, if any."""

    email: str
    address: str
    device: str = ""

    @property
    def own(self) -> str:
        """The bucket of the account, or of the account on this device."""
        return f"{self.device[:20]}:{account(self.email)}"

    @property
    def buckets(self) -> list[tuple[str, int]]:
        """What this try counts in, each with its free failures."""
        if self.device:
            return [(self.own, FREE_OF_ACCOUNT)]
        return [(self.network, FREE_OF_ADDRESS), (self.own, FREE_OF_ACCOUNT)]

    @property
    def network(self) -> str:
        """The bucket of the address; of IPv6 the /64, all of which one line has."""
        text = self.address[:45]
        with suppress(ValueError):
            if (whole := ip_address(text)).version == 6:
                text = str(ip_network((whole, 64), strict=False))
        return f"address:{text}"


def account(email: str) -> str:
    """How an account is named in a bucket, whether or not there is one."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]


def take(one: Try) -> bool:
    """Count a try as failed until it succeeds; False in a wait: try nothing."""
    return all(_take(bucket, free) for bucket, free in one.buckets)


def succeeded(one: Try) -> None:
    """The password was right: the account begins anew, the address gets this one try back.

    Not more: or an attacker would log in to an account of their own in between.
    """
    Tries.objects.filter(bucket=one.own).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parties_tries SET failures = failures - 1, free_at = last_at"
            " WHERE bucket = %s AND failures > 0",
            [one.network if not one.device else ""],
        )


def forget_account(email: str) -> None:
    """A new password was set: the failures were another's."""
    Tries.objects.filter(bucket=Try(email=email, address="").own).delete()


def forget_old(now: datetime) -> None:
    """Remove counts that hold nobody up any more."""
    Tries.objects.filter(last_at__lt=now - FORGOTTEN).delete()


def _take(bucket: str, free: int) -> bool:
    forgotten = ADDRESS_FORGOTTEN if bucket.startswith("address:") else FORGOTTEN
    values: dict[str, Any] = {"bucket": bucket, "free": free, "forgotten": forgotten}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values | {"first": FIRST_WAIT, "longest": LONGEST_WAIT})
        return cursor.fetchone() is not None
