"""Sums of months for reports, and what reports need to count only what came since.

The tables begin empty: until the job has summed up what is over, reports count all as before.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FORGET = """
CREATE FUNCTION tonerloop_forget_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('tonerloop.kept'), NEW.seller_id::integer);
    DELETE FROM collection_keptuntil WHERE seller_id = NEW.seller_id;
    RETURN NULL;
END $$;
CREATE TRIGGER tonerloop_forget_kept AFTER UPDATE OF region ON parties_site
    FOR EACH ROW WHEN (OLD.region IS DISTINCT FROM NEW.region)
    EXECUTE FUNCTION tonerloop_forget_kept();
"""
BACK = """
DROP TRIGGER tonerloop_forget_kept ON parties_site;
DROP FUNCTION tonerloop_forget_kept();
"""
PK = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
_OWN = {"on_delete": django.db.models.deletion.CASCADE, "related_name": "+"}
TABLES = [
    migrations.CreateModel(
        name="KeptMonth",
        fields=[
            ("id", PK),
            ("zone", models.CharField(max_length=60)),
            ("month", models.DateField()),
            ("region", models.CharField(blank=True, max_length=40)),
            ("collected", models.IntegerField()),
            ("reusable", models.IntegerField()),
            ("delivered", models.IntegerField()),
            (
                "consumable",
                models.ForeignKey(db_index=False, to="catalogue.consumable", **_OWN),
            ),
            ("seller", models.ForeignKey(to="parties.seller", **_OWN)),
        ],
        options={
            "indexes": [
                models.Index(fields=["consumable", "zone", "month"], name="kept_month_of_model")
            ],
            "constraints": [
                models.UniqueConstraint(
                    fields=("seller", "zone", "month", "consumable", "region"),
                    name="kept_month_once",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="KeptUntil",
        fields=[
            ("id", PK),
            ("zone", models.CharField(max_length=60)),
            ("until", models.DateTimeField()),
            ("seller", models.ForeignKey(db_index=False, to="parties.seller", **_OWN)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("seller", "zone"), name="kept_until_once")
            ],
        },
    ),
]


class Migration(migrations.Migration):
    atomic = False  # people go on collecting meanwhile

    dependencies = [
        ("collection", "0006_requests_in_pages"),
        ("catalogue", "0002_initial"),
        ("parties", "0008_customer_by_name"),
        ("orders", "0018_orders_in_pages"),
    ]

    operations = [
        *TABLES,
        migrations.RunSQL(FORGET, BACK),
        AddIndexConcurrently(
            "registration",
            models.Index(fields=["seller", "registered_at"], name="registration_of_seller"),
        ),
        AddIndexConcurrently("count", models.Index(fields=["at"], name="count_time")),
    ]
