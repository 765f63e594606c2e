"""Where a customer stands: collected, delivered, rate, by the rows of `movements`."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tonerloop.collection.movements import movements

# Expected: what was announced and is not counted yet.
_SQL = f"""
WITH {movements(of="r.customer_id = %(customer)s AND r.ended_at IS NULL")}
SELECT r.id, r.registered_at, r.way, m.collected, m.delivered,
  (SELECT coalesce(sum(q.announced), 0) FROM collection_collectionrequest q
    WHERE q.customer_id = r.customer_id AND q.status NOT IN ('counted', 'cancelled')),
  (SELECT count(*) FROM collection_boxtask x
    WHERE x.registration_id = r.id AND x.sent_at IS NULL)
FROM collection_registration r,
  (SELECT coalesce(sum(collected), 0) AS collected, coalesce(sum(delivered), 0) AS delivered
     FROM movement) m
WHERE r.customer_id = %(customer)s AND r.ended_at IS NULL
"""  # noqa: S608 - no input in it


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A registered customer's figures."""

    registration_id: int
    registered_at: datetime
    way: str
    collected: int
    delivered: int
    expected: int
    boxes_coming: int

    @property
    def rate(self) -> float | None:
        """Collected of delivered, may pass 1; None before anything was delivered."""
        return self.collected / self.delivered if self.delivered else None

    @property
    def percent(self) -> int:
        """The rate in whole percent, rounded down; 0 before anything was delivered."""
        return 100 * self.collected // self.delivered if self.delivered else 0


def progress(customer_id: int) -> Progress | None:
    """The customer's progress, None where it does not take part; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"customer": customer_id})
        row = cursor.fetchone()
    if row is None:
        return None
    names = ("registration_id", "registered_at", "way", "collected", "delivered", "expected")
    return Progress(**dict(zip(names, row, strict=False)), boxes_coming=row[6])
