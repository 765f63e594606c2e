"""What waits at a manufacturer's desk, and what it knows of, is read without what others have.

The open requests, which are few, are given their manufacturer; closed ones keep none.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

FILL = """
UPDATE orders_approvalrequest r SET manufacturer_id = o.manufacturer_id
  FROM orders_order o
 WHERE o.id = r.order_id AND r.closed_at IS NULL AND r.manufacturer_id IS NULL;
"""


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("orders", "0020_requests_of_makers")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        AddIndexConcurrently(
            "approvalrequest",
            models.Index(
                fields=["manufacturer", "id"], condition=Q(closed_at=None), name="request_open"
            ),
        ),
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["manufacturer", "-placed_at", "-id"],
                condition=Q(confirmed_at__isnull=False),
                name="order_known_to_maker",
            ),
        ),
        AddIndexConcurrently(  # a period's cancellations, for the figures
            "order",
            models.Index(
                fields=["seller", "cancelled_at"],
                condition=Q(cancelled_at__isnull=False),
                name="order_cancelled",
            ),
        ),
        RemoveIndexConcurrently("order", "order_of_maker"),
    ]
