import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tonerloop.common.text


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0002_initial"),
        ("manufacturers", "0003_outcomes"),
        ("parties", "0002_collectors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("desk", "At the order desk"),
                            ("pull", "Our program fetches them (API)"),
                            ("push", "They are sent to our system (webhook)"),
                        ],
                        default="desk",
                        max_length=10,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manufacturer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="connection",
                        to="parties.manufacturer",
                    ),
                ),
            ],
            options={
                "verbose_name": "channel",
                "verbose_name_plural": "channels",
            },
        ),
        migrations.CreateModel(
            name="ApprovalRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=40,
                        validators=[tonerloop.common.text.no_control],
                        verbose_name="name",
                    ),
                ),
                (
                    "tolerance",
                    models.DecimalField(
                        decimal_places=2, max_digits=5, verbose_name="percent off the list price"
                    ),
                ),
                (
                    "most_pieces",
                    models.PositiveIntegerField(null=True, verbose_name="most pieces of a line"),
                ),
                (
                    "most_amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=14,
                        null=True,
                        verbose_name="highest amount of an order",
                    ),
                ),
                (
                    "amount_currency",
                    models.CharField(
                        blank=True,
                        choices=[("EUR", "EUR"), ("GBP", "GBP"), ("JPY", "JPY"), ("USD", "USD")],
                        max_length=3,
                    ),
                ),
                (
                    "promise",
                    models.CharField(
                        choices=[
                            ("wanted", "the day that the customer expects"),
                            ("days", "so many working days from the day of the request"),
                        ],
                        max_length=10,
                        verbose_name="promised day",
                    ),
                ),
                (
                    "working_days",
                    models.PositiveSmallIntegerField(default=0, verbose_name="working days"),
                ),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "manufacturer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="parties.manufacturer",
                    ),
                ),
                (
                    "sellers",
                    models.ManyToManyField(blank=True, related_name="+", to="parties.seller"),
                ),
            ],
            options={
                "verbose_name": "approval rule",
                "verbose_name_plural": "approval rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_at__gte", models.F("begun_at")),
                            _connector="OR",
                        ),
                        name="rule_ended_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tolerance__gte", 0), ("tolerance__lte", 100)),
                        name="rule_tolerance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount_currency", ""), ("most_amount", None)),
                            models.Q(
                                ("most_amount__isnull", False),
                                models.Q(("amount_currency", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rule_amount_with_currency",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        choices=[("EUR", "EUR"), ("GBP", "GBP"), ("JPY", "JPY"), ("USD", "USD")],
                        max_length=3,
                        verbose_name="currency",
                    ),
                ),
                (
                    "unit_price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="unit price",
                    ),
                ),
                ("first_day", models.DateField(verbose_name="first day")),
                (
                    "consumable",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.consumable",
                    ),
                ),
                (
                    "manufacturer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="list_prices",
                        to="parties.manufacturer",
                    ),
                ),
            ],
            options={
                "verbose_name": "manufacturer’s list price",
                "verbose_name_plural": "manufacturer’s list prices",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("consumable", "currency", "first_day"), name="list_price_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)), name="list_price_not_negative"
                    ),
                ],
            },
        ),
    ]
