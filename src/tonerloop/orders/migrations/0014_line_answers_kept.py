"""Line answers are append-only; lines that are on their way get the day that their order has.

Lines delivered earlier keep none, which every reader bears: filling them would hold and rewrite
the whole table. Backwards the answers by line are lost with their table.
"""

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql

FILL = """
UPDATE orders_orderline l SET promised_date = o.promised_date
  FROM orders_order o
 WHERE o.id = l.order_id AND l.state = 'accepted' AND o.promised_date IS NOT NULL
   AND o.status IN ('approved', 'partly_shipped', 'shipped');
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0013_line_answers")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(trigger_sql("orders_lineanswer"), drop_sql("orders_lineanswer")),
    ]
