"""Orders that wait already get their deadlines from now on, so that nobody waits in silence."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from tonerloop.common.worktime import Calendar

# The stages in working minutes, as they are where nobody has set others.
STAGES = {
    "placed": ("seller", (30, 60, 120)),
    "waiting_for_buyer": ("seller", (480, 960)),
    "price_confirmed": ("manufacturer", (120, 240, 480)),
}


def open_deadlines(apps: Any, schema_editor: Any) -> None:
    """One row a stage for every order that waits for an answer."""
    deadlines = apps.get_model("orders", "Deadline").objects
    orders = apps.get_model("orders", "Order").objects.filter(status__in=STAGES)
    now, rows = timezone.now(), []
    for order in orders.select_related("seller", "manufacturer").iterator():
        whose, stages = STAGES[order.status]
        calendar = Calendar(zone=getattr(order, whose).time_zone)
        rows += [
            deadlines.model(
                order=order,
                seller_id=order.seller_id,
                manufacturer_id=order.manufacturer_id,
                status=order.status,
                round=order.version,
                stage=stage,
                opened_at=now,
                due_at=calendar.after(now, minutes),
            )
            for stage, minutes in enumerate(stages, start=1)
        ]
    deadlines.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_deadlines")]

    operations = [migrations.RunPython(open_deadlines, migrations.RunPython.noop)]
