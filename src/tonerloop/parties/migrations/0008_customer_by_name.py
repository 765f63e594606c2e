"""A seller's customers by name, a page at a time."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("parties", "0007_names_of_one_alphabet")]

    operations = [
        AddIndexConcurrently(
            "customer", models.Index(fields=["seller", "name", "id"], name="customer_by_name")
        ),
    ]
