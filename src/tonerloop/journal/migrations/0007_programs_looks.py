"""What a program reads all day stands in the audit once an hour."""

from datetime import UTC

from django.db import migrations, models
from django.db.models.functions import TruncHour

NAME = "program_looked_once_an_hour"
MAKE = f"""
    CREATE UNIQUE INDEX CONCURRENTLY {NAME} ON journal_look
    (key, subject_kind, (DATE_TRUNC('hour', at AT TIME ZONE 'UTC'))) WHERE key > ''
"""


class Migration(migrations.Migration):
    atomic = False  # people go on looking meanwhile

    dependencies = [("journal", "0006_audit_by_time")]

    operations = [
        migrations.RunSQL(
            MAKE,
            f"DROP INDEX CONCURRENTLY {NAME}",
            state_operations=[
                migrations.AddConstraint(
                    "look",
                    models.UniqueConstraint(
                        "key",
                        "subject_kind",
                        TruncHour("at", tzinfo=UTC),
                        condition=models.Q(key__gt=""),
                        name=NAME,
                    ),
                )
            ],
        )
    ]
