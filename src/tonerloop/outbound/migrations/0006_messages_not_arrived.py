"""The messages that have not arrived are counted without reading all that have."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False  # messages go on being made meanwhile

    dependencies = [("outbound", "0005_webhooks")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["channel", "state"],
                condition=Q(state__in=["queued", "retrying", "failed"]),
                name="message_not_arrived",
            ),
        ),
    ]
