"""Where a customer stands: collected, delivered, rate; the one definition (spec COL-2)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# Collected: pieces of collectable models of the catalogue, whoever sold them, without other
# makers' imitations. Delivered: collectable pieces since registration, less what came back of
# them. Expected: what was announced and is not counted yet.
_SQL = """
SELECT r.id, r.registered_at, r.way,
  (SELECT coalesce(sum(c.quantity), 0) FROM collection_count c
     JOIN catalogue_consumable k ON k.id = c.consumable_id AND k.collectable
    WHERE c.customer_id = r.customer_id AND c.at >= r.registered_at
      AND c.condition <> 'other_maker'),
  (SELECT coalesce(sum(greatest(0, d.n - coalesce(b.n, 0))), 0)
     FROM (SELECT line_id, sum(quantity) AS n FROM orders_delivery
            WHERE customer_id = r.customer_id AND at >= r.registered_at GROUP BY 1) d
     JOIN orders_orderline l ON l.id = d.line_id
     JOIN catalogue_consumable k ON k.id = l.consumable_id AND k.collectable
     LEFT JOIN LATERAL (SELECT sum(quantity) AS n FROM orders_return t
            WHERE t.line_id = d.line_id AND t.recorded_at >= r.registered_at) b ON true),
  (SELECT coalesce(sum(q.announced), 0) FROM collection_collectionrequest q
    WHERE q.customer_id = r.customer_id AND q.status NOT IN ('counted', 'cancelled')),
  (SELECT count(*) FROM collection_boxtask x
    WHERE x.registration_id = r.id AND x.sent_at IS NULL)
FROM collection_registration r WHERE r.customer_id = %s AND r.ended_at IS NULL
"""


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
        cursor.execute(_SQL, [customer_id])
        row = cursor.fetchone()
    if row is None:
        return None
    names = ("registration_id", "registered_at", "way", "collected", "delivered", "expected")
    return Progress(**dict(zip(names, row, strict=False)), boxes_coming=row[6])
