"""Line answers are append-only; lines approved earlier get the day that their order has."""

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql

FILL = """
UPDATE orders_orderline l SET promised_date = o.promised_date
  FROM orders_order o
 WHERE o.id = l.order_id AND l.state = 'accepted' AND o.promised_date IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_line_answers")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(trigger_sql("orders_lineanswer"), drop_sql("orders_lineanswer")),
    ]
