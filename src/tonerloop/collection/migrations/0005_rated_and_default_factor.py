"""What earlier requests were rated with, derived; the first CO₂ factor; strays are append-only."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql

# As `progress` was at the moment of closing; nothing where the customer took no part then.
RATED = """
WITH stood AS (
  SELECT q.id,
    (SELECT coalesce(sum(c.quantity), 0) FROM collection_count c
       JOIN catalogue_consumable k ON k.id = c.consumable_id AND k.collectable
      WHERE c.customer_id = q.customer_id AND c.condition <> 'other_maker'
        AND c.at >= r.registered_at AND c.at <= q.counted_at) AS collected,
    (SELECT coalesce(sum(greatest(0, d.n - coalesce(b.n, 0))), 0)
       FROM (SELECT line_id, sum(quantity) AS n FROM orders_delivery
              WHERE customer_id = q.customer_id AND at >= r.registered_at AND at <= q.counted_at
              GROUP BY 1) d
       JOIN orders_orderline l ON l.id = d.line_id
       JOIN catalogue_consumable k ON k.id = l.consumable_id AND k.collectable
       LEFT JOIN LATERAL (SELECT sum(t.quantity) AS n FROM orders_return t
              WHERE t.line_id = d.line_id AND t.recorded_at >= r.registered_at
                AND t.recorded_at <= q.counted_at) b ON true) AS delivered
  FROM collection_collectionrequest q
  JOIN collection_registration r ON r.customer_id = q.customer_id
   AND r.registered_at <= q.counted_at AND (r.ended_at IS NULL OR q.counted_at < r.ended_at)
)
UPDATE collection_collectionrequest q
   SET rated_collected = greatest(0, s.collected),
       rated_percent = CASE WHEN s.delivered > 0
                            THEN greatest(0, s.collected) * 100 / s.delivered ELSE 0 END
  FROM stood s WHERE s.id = q.id AND q.rated_collected IS NULL
"""


def default_factor(apps: Any, schema_editor: Any) -> None:
    """The operator's default; no study is named, because none has been checked to say so."""
    apps.get_model("collection", "CarbonFactor").objects.get_or_create(
        valid_from=date(2000, 1, 1),
        defaults={"factor": Decimal("1.7"), "low": Decimal("1.65"), "high": Decimal("2.7")},
    )


class Migration(migrations.Migration):
    dependencies = [
        ("collection", "0004_standing_strays_carbon"),
        ("orders", "0007_deliveries"),
    ]

    operations = [
        migrations.RunSQL(RATED, migrations.RunSQL.noop),
        migrations.RunPython(default_factor, migrations.RunPython.noop),
        migrations.RunSQL(trigger_sql("collection_straypiece"), drop_sql("collection_straypiece")),
    ]
