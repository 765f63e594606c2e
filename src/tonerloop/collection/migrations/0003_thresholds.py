"""Thresholds of manufacturers, and that each was reached: once a period, never edited."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tonerloop.common.append_only import drop_sql, trigger_sql


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_initial"),
        ("collection", "0002_numbers"),
        ("journal", "0002_append_only_and_live"),
        ("parties", "0002_collectors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Threshold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("pieces", "collected pieces"),
                            ("rate", "collection rate in percent"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.PositiveIntegerField()),
                ("least_delivered", models.PositiveIntegerField(default=0)),
                ("since", models.DateField(null=True)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "consumable",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.consumable",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manufacturer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="thresholds",
                        to="parties.manufacturer",
                    ),
                ),
            ],
            options={
                "verbose_name": "threshold",
            },
        ),
        migrations.CreateModel(
            name="ThresholdReached",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("since", models.DateField()),
                ("value", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "threshold",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reached",
                        to="collection.threshold",
                    ),
                ),
            ],
            options={
                "verbose_name": "reached threshold",
            },
        ),
        migrations.AddIndex(
            model_name="threshold",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["manufacturer"],
                name="threshold_watched",
            ),
        ),
        migrations.AddConstraint(
            model_name="threshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 1)), name="threshold_above_nothing"
            ),
        ),
        migrations.AddConstraint(
            model_name="thresholdreached",
            constraint=models.UniqueConstraint(
                fields=("threshold", "since"), name="threshold_reached_once"
            ),
        ),
        migrations.RunSQL(
            trigger_sql("collection_thresholdreached"), drop_sql("collection_thresholdreached")
        ),
    ]
