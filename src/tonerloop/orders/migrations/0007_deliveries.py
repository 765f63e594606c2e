"""Deliveries are append-only; those of earlier orders are entered as far as they are known."""

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql

FILL = """
INSERT INTO orders_delivery (line_id, customer_id, quantity, at)
SELECT l.id, o.customer_id, l.delivered_quantity, coalesce(o.delivered_at, o.shipped_at, now())
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
 WHERE l.delivered_quantity > 0;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_points")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(trigger_sql("orders_delivery"), drop_sql("orders_delivery")),
    ]
