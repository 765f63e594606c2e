"""Keys for every kind of organisation: the table of the manufacturers' keys is taken over.

It keeps its name and its rows, so that keys in use go on working and nothing is copied.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

BEFORE = migrations.CreateModel(
    name="ApiKey",
    fields=[
        (
            "id",
            models.BigAutoField(
                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
            ),
        ),
        (
            "manufacturer",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to="parties.manufacturer",
            ),
        ),
        ("label", models.CharField(max_length=60)),
        ("prefix", models.CharField(max_length=12, unique=True)),
        ("hash", models.CharField(max_length=64)),
        ("created_at", models.DateTimeField()),
        (
            "created_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        ("last_used_at", models.DateTimeField(null=True)),
        ("revoked_at", models.DateTimeField(null=True)),
    ],
    options={"db_table": "manufacturers_apikey"},
)
DESK = ["orders:read", "orders:write", "catalogue:read", "catalogue:write"]
# On the way back, the keys that the earlier version cannot know.
OTHERS_GO = "DELETE FROM manufacturers_apikey WHERE role <> 'order_desk';"
AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE;"  # else the table cannot be altered after it


def organisation(name: str) -> migrations.AddField:
    """A key may belong to one of these."""
    return migrations.AddField(
        "apikey",
        name,
        models.ForeignKey(
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="keys",
            to=f"parties.{'recoverycentre' if name == 'centre' else name}",
        ),
    )


def one_organisation() -> models.Q:
    """As the model says it; written out, since the model may change."""
    owners = {
        "buyer": "customer",
        "back_office": "seller",
        "order_desk": "manufacturer",
        "dispatcher": "collector",
        "clerk": "centre",
    }
    rule = models.Q()
    for role, kind in owners.items():
        rule |= models.Q(role=role, **{f"{k}__isnull": k != kind for k in owners.values()})
    return rule


class Migration(migrations.Migration):
    initial = True

    dependencies = [("manufacturers", "0003_outcomes"), ("parties", "0002_collectors")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[BEFORE]),
        migrations.AlterField(
            "apikey",
            "manufacturer",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="keys",
                to="parties.manufacturer",
            ),
        ),
        migrations.AddField(
            "apikey",
            "role",
            models.CharField(
                choices=[
                    ("buyer", "orders for you"),
                    ("back_office", "does what the back office does"),
                    ("order_desk", "does what the order desk does"),
                    ("dispatcher", "schedules collections"),
                    ("clerk", "receives and counts"),
                ],
                default="order_desk",
                max_length=20,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "apikey",
            "scopes",
            ArrayField(base_field=models.CharField(max_length=30), default=DESK, size=None),
            preserve_default=False,
        ),
        organisation("seller"),
        organisation("customer"),
        organisation("collector"),
        organisation("centre"),
        migrations.AddField("apikey", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "apikey",
            "follows",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programs.apikey",
            ),
        ),
        migrations.RunSQL(
            migrations.RunSQL.noop,
            f"UPDATE manufacturers_apikey SET follows_id = NULL; {OTHERS_GO} {AT_ONCE}",
        ),
        migrations.AddConstraint(
            "apikey",
            models.CheckConstraint(condition=one_organisation(), name="key_role_fits_organisation"),
        ),
    ]
