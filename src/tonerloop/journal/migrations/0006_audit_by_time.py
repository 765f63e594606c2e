"""A page of the audit is read by its newest rows, however long the journal is."""

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


def _entry(party: str) -> AddIndexConcurrently:
    column = f"{party}_id"
    theirs = models.Q(event__in=EVENTS, **{f"{column}__isnull": False})
    index = models.Index(fields=[column, "-at", "-id"], condition=theirs, name=f"audit_of_{party}")
    return AddIndexConcurrently("entry", index)


def _look(party: str) -> AddIndexConcurrently:
    index = models.Index(fields=[f"{party}_id", "-at"], name=f"look_of_{party}")
    return AddIndexConcurrently("look", index)


class Migration(migrations.Migration):
    atomic = False  # things go on happening meanwhile

    dependencies = [("journal", "0005_looks")]

    operations = [
        *(_entry(party) for party in ("seller", "customer", "manufacturer", "collector")),
        *(_look(party) for party in ("customer", "collector")),
    ]
