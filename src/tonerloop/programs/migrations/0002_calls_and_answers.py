"""What programs asked, what they were answered, and how often they call.

The counter is unlogged: an update of it at every call costs no write-ahead log.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programs", "0001_keys_of_everybody"),
    ]

    operations = [
        migrations.CreateModel(
            name="Used",
            fields=[
                ("bucket", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("minute", models.DateTimeField()),
                ("calls", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("owner", models.CharField(max_length=30)),
                ("key", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("status", models.PositiveSmallIntegerField(default=0)),
                ("body", models.JSONField(null=True)),
                ("location", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="answer_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "key"), name="answered_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("method", models.CharField(max_length=10)),
                ("path", models.CharField(max_length=200)),
                ("status", models.PositiveSmallIntegerField()),
                ("detail", models.CharField(blank=True, max_length=500)),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="programs.apikey",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["key", "-at"], name="call_of_key")],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE programs_used SET UNLOGGED;",
            migrations.RunSQL.noop,
        ),
    ]
