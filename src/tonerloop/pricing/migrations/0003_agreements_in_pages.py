"""Price agreements a page at a time: the newest, those of many customers, those of one item."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("pricing", "0002_floors_and_rules")]

    operations = [
        AddIndexConcurrently(
            "priceagreement", models.Index(fields=["seller", "-id"], name="agreement_newest")
        ),
        AddIndexConcurrently(
            "priceagreement",
            models.Index(
                fields=["seller", "-id"],
                condition=models.Q(customer=None),
                name="agreement_of_many",
            ),
        ),
        AddIndexConcurrently(
            "priceagreement",
            models.Index(
                fields=["seller", "consumable", "-first_day", "-id"], name="agreement_of_item"
            ),
        ),
    ]
