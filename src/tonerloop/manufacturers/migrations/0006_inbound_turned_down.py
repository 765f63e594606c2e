from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built while the table is in use
    dependencies = [("manufacturers", "0005_keys_moved")]

    operations = [
        AddIndexConcurrently(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("outcome__in", ("refused", "unreadable"))),
                fields=["order_number"],
                name="inbound_turned_down",
            ),
        ),
    ]
