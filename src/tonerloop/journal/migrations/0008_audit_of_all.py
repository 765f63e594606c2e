"""The operator reads everybody's audit by its newest rows, however long the journal is."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

EVENTS = [
    "approval_rule.begun",
    "approval_rule.ended",
    "channel.changed",
    "collection.corrected",
    "key.created",
    "key.revoked",
    "order.below_floor",
    "order.change_proposed",
    "order.price_confirmed",
    "order.terms_improved",
    "record.changed",
    "reward.cancelled",
    "reward.fulfilled",
    "reward.ordered",
    "webhook.changed",
    "webhook.disabled",
    "webhook.failing",
    "webhook.test",
]


class Migration(migrations.Migration):
    atomic = False  # things go on happening meanwhile

    dependencies = [("journal", "0007_programs_looks")]

    operations = [
        AddIndexConcurrently(
            "entry",
            models.Index(
                fields=["-at", "-id"], condition=models.Q(event__in=EVENTS), name="audit_of_all"
            ),
        ),
        AddIndexConcurrently("look", models.Index(fields=["-at", "-id"], name="look_of_all")),
    ]
