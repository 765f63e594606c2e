"""Who looked at what is not for every eye, kept apart from what happened."""

from django.db import migrations, models

from tonerloop.common.append_only import drop_sql, trigger_sql


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_tell_collectors")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField(default=0)),
                ("seller_id", models.BigIntegerField(null=True)),
                ("customer_id", models.BigIntegerField(null=True)),
                ("manufacturer_id", models.BigIntegerField(null=True)),
                ("collector_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("role", models.CharField(max_length=20)),
                ("key", models.CharField(blank=True, max_length=20)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["seller_id", "-at"], name="look_of_seller"),
                    models.Index(fields=["manufacturer_id", "-at"], name="look_of_manufacturer"),
                ]
            },
        ),
        migrations.RunSQL(trigger_sql("journal_look"), drop_sql("journal_look")),
    ]
