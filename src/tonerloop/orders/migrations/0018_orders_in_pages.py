"""Orders a page at a time, by customer and by manufacturer; what a manufacturer calls them."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("orders", "0017_finding_behind_the_wall")]

    operations = [
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=["customer", "-placed_at", "-id"],
                include=["seller", "manufacturer", "status"],
                name="order_of_customer",
            ),
        ),
        RemoveIndexConcurrently("order", "order_customer_time"),
        AddIndexConcurrently(
            "order", models.Index(fields=["manufacturer", "-placed_at"], name="order_of_maker")
        ),
        AddIndexConcurrently(
            "order",
            models.Index(
                F("manufacturer"),
                OpClass("manufacturer_reference", "varchar_pattern_ops"),
                name="order_maker_reference",
            ),
        ),
        AddIndexConcurrently(
            "orderline",
            models.Index(fields=["order"], condition=Q(fits=False), name="line_meant"),
        ),
        AddIndexConcurrently(
            "orderline",
            models.Index(fields=["order"], include=["delivered_quantity"], name="line_delivered"),
        ),
        migrations.AlterField(  # its index is the one above
            "orderline",
            "order",
            models.ForeignKey("orders.order", models.PROTECT, related_name="lines", db_index=False),
        ),
        AddIndexConcurrently("delivery", models.Index(fields=["at"], name="delivery_time")),
        AddIndexConcurrently("return", models.Index(fields=["recorded_at"], name="return_time")),
    ]
