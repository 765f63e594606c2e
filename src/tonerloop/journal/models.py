"""What happened: one append-only table, ids and facts but no names."""

from datetime import UTC

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import TruncHour

from tonerloop.journal.audited import EVENTS

PARTIES = ("seller", "customer", "manufacturer", "collector")


def _of_audit(party: str) -> models.Index:
    """Leads to a party's newest rows of the audit, which are few beside all that happens."""
    column = f"{party}_id"
    theirs = models.Q(event__in=EVENTS, **{f"{column}__isnull": False})
    return models.Index(fields=[column, "-at", "-id"], condition=theirs, name=f"audit_of_{party}")


class Entry(models.Model):
    """One thing that happened to one subject; nobody can change or remove it.

    Holds ids and no names, so that erasing a person leaves it true. `audience` lists the
    sides that may read it, since a margin or a price is not everybody's.
    """

    append_only = True

    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    seller_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    manufacturer_id = models.BigIntegerField(null=True)
    collector_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20)
    rule = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=20, blank=True)
    audience = ArrayField(models.CharField(max_length=20))
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="entry_of_subject"),
            models.Index(fields=["seller_id", "event", "at"], name="entry_of_seller"),
            *(_of_audit(party) for party in PARTIES),
            # The operator's, who reads everybody's.
            models.Index(
                fields=["-at", "-id"], condition=models.Q(event__in=EVENTS), name="audit_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.subject_kind} {self.subject_id}"


class Look(models.Model):
    """Somebody looked at, or took away, what is not for every eye; nobody can change it.

    Apart from `Entry`, since a look tells nobody anything: no page refreshes, no job runs.
    """

    append_only = True

    at = models.DateTimeField()
    subject_kind = models.CharField(max_length=20)
    subject_id = models.BigIntegerField(default=0)  # 0: all of the kind, as in a list
    seller_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    manufacturer_id = models.BigIntegerField(null=True)
    collector_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20)
    key = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["seller_id", "-at"], name="look_of_seller"),
            models.Index(fields=["manufacturer_id", "-at"], name="look_of_manufacturer"),
            models.Index(fields=["customer_id", "-at"], name="look_of_customer"),
            models.Index(fields=["collector_id", "-at"], name="look_of_collector"),
            models.Index(fields=["-at", "-id"], name="look_of_all"),
        ]
        constraints = [
            models.UniqueConstraint(
                "key",
                "subject_kind",
                TruncHour("at", tzinfo=UTC),
                condition=models.Q(key__gt=""),
                name="program_looked_once_an_hour",
            )
        ]

    def __str__(self) -> str:
        return f"looked at {self.subject_kind} {self.subject_id}"
