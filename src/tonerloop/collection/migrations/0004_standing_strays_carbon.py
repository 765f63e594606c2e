import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tonerloop.common.text


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_initial"),
        ("collection", "0003_thresholds"),
        ("parties", "0003_site_region"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CarbonFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(unique=True, verbose_name="valid from")),
                (
                    "factor",
                    models.DecimalField(
                        decimal_places=3, max_digits=7, verbose_name="kg CO₂e per reused toner"
                    ),
                ),
                (
                    "low",
                    models.DecimalField(
                        decimal_places=3, max_digits=7, verbose_name="lowest of its range"
                    ),
                ),
                (
                    "high",
                    models.DecimalField(
                        decimal_places=3, max_digits=7, verbose_name="highest of its range"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[tonerloop.common.text.no_control],
                        verbose_name="source",
                    ),
                ),
                (
                    "year",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="year of the source"
                    ),
                ),
            ],
            options={
                "verbose_name": "CO₂ factor",
                "verbose_name_plural": "CO₂ factors",
            },
        ),
        migrations.CreateModel(
            name="Stray",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                ("scanned", models.CharField(blank=True, max_length=200)),
                ("received_at", models.DateTimeField()),
                ("assigned_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "container without sender",
                "verbose_name_plural": "containers without sender",
            },
        ),
        migrations.CreateModel(
            name="StrayPiece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unknown_model", models.CharField(blank=True, max_length=60)),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("reusable", "Reusable"),
                            ("recyclable", "Recyclable"),
                            ("other_maker", "Other maker’s"),
                            ("damaged", "Damaged"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "piece without sender",
            },
        ),
        migrations.AddField(
            model_name="collectionrequest",
            name="rated_collected",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="collectionrequest",
            name="rated_percent",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="collectionrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rated_collected", None), ("rated_percent", None)),
                    models.Q(
                        ("counted_at__isnull", False),
                        ("rated_collected__gte", 0),
                        ("rated_percent__gte", 0),
                    ),
                    _connector="OR",
                ),
                name="request_rated_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="carbonfactor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("factor__gte", models.F("low")),
                    ("high__gte", models.F("factor")),
                    ("low__gte", 0),
                ),
                name="carbon_range",
                violation_error_message="The factor must lie within its range.",
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="assigned_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="centre",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="strays",
                to="parties.recoverycentre",
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="label",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stray",
                to="collection.label",
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="received_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stray",
            name="request",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="collection.collectionrequest",
            ),
        ),
        migrations.AddField(
            model_name="straypiece",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="straypiece",
            name="consumable",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="catalogue.consumable",
            ),
        ),
        migrations.AddField(
            model_name="straypiece",
            name="label",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stray_piece",
                to="collection.label",
            ),
        ),
        migrations.AddField(
            model_name="straypiece",
            name="stray",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pieces",
                to="collection.stray",
            ),
        ),
        migrations.AddIndex(
            model_name="stray",
            index=models.Index(fields=["centre", "-id"], name="stray_of_centre"),
        ),
        migrations.AddConstraint(
            model_name="stray",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("assigned_at", None),
                        ("assigned_by", None),
                        ("reason", ""),
                        ("request", None),
                    ),
                    models.Q(
                        ("assigned_at__isnull", False),
                        ("assigned_by__isnull", False),
                        ("request__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="stray_assigned_why",
            ),
        ),
    ]
