import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tonerloop.common.text
from tonerloop.common.append_only import drop_sql, trigger_sql


class Migration(migrations.Migration):
    dependencies = [
        ("outbound", "0004_push"),
        ("parties", "0002_collectors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("desk", "Order desk"),
                    ("push", "Phone"),
                    ("webhook", "Webhook"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("sequence", models.PositiveIntegerField()),
                ("body", models.TextField()),
                ("next_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("refused", models.PositiveSmallIntegerField(default=0)),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhook",
                        to="outbound.message",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook message",
                "verbose_name_plural": "webhook messages",
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("milliseconds", models.PositiveIntegerField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("said", models.CharField(blank=True, max_length=500)),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="outbound.delivery",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook attempt",
                "verbose_name_plural": "webhook attempts",
            },
        ),
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=8, unique=True)),
                ("side", models.CharField(max_length=20)),
                ("url", models.CharField(max_length=500, verbose_name="address")),
                (
                    "description",
                    models.CharField(
                        max_length=60,
                        validators=[tonerloop.common.text.no_control],
                        verbose_name="name",
                    ),
                ),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), size=None
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("subscribed_at", models.DateTimeField()),
                (
                    "off",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("owner", "switched off by you"),
                            ("gone", "its server says that it is gone for good (410)"),
                            ("failing", "it failed for five days"),
                        ],
                        max_length=10,
                    ),
                ),
                ("removed_at", models.DateTimeField(null=True)),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "collector",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.collector",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.customer",
                    ),
                ),
                (
                    "manufacturer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.manufacturer",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="parties.seller",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="endpoint",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deliveries",
                to="outbound.endpoint",
            ),
        ),
        migrations.CreateModel(
            name="Secret",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed", models.CharField(max_length=300)),
                ("made_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="secrets",
                        to="outbound.endpoint",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("customer__isnull", False), ("removed_at", None)),
                fields=["customer"],
                name="endpoint_of_customer",
            ),
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("removed_at", None), ("seller__isnull", False)),
                fields=["seller"],
                name="endpoint_of_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("manufacturer__isnull", False), ("removed_at", None)),
                fields=["manufacturer"],
                name="endpoint_of_manufacturer",
            ),
        ),
        migrations.AddIndex(
            model_name="endpoint",
            index=models.Index(
                condition=models.Q(("collector__isnull", False), ("removed_at", None)),
                fields=["collector"],
                name="endpoint_of_collector",
            ),
        ),
        migrations.AddConstraint(
            model_name="endpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("collector__isnull", True),
                        ("customer__isnull", False),
                        ("manufacturer__isnull", True),
                        ("seller__isnull", True),
                        ("side", "buyer"),
                    ),
                    models.Q(
                        ("collector__isnull", True),
                        ("customer__isnull", True),
                        ("manufacturer__isnull", True),
                        ("seller__isnull", False),
                        ("side", "seller"),
                    ),
                    models.Q(
                        ("collector__isnull", True),
                        ("customer__isnull", True),
                        ("manufacturer__isnull", False),
                        ("seller__isnull", True),
                        ("side", "manufacturer"),
                    ),
                    models.Q(
                        ("collector__isnull", False),
                        ("customer__isnull", True),
                        ("manufacturer__isnull", True),
                        ("seller__isnull", True),
                        ("side", "collector"),
                    ),
                    _connector="OR",
                ),
                name="endpoint_of_one_party",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("next_at", None), _negated=True),
                fields=["next_at"],
                name="delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("endpoint", "subject_kind", "subject_id", "sequence"),
                name="delivery_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="secret",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_at", None)),
                fields=("endpoint",),
                name="one_secret_in_force",
            ),
        ),
        migrations.RunSQL(trigger_sql("outbound_attempt"), drop_sql("outbound_attempt")),
    ]
