"""Collection requests a page at a time, for sellers, collectors and centres."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("collection", "0005_rated_and_default_factor")]

    operations = [
        AddIndexConcurrently(
            "collectionrequest",
            models.Index(fields=["seller", "-requested_at", "-id"], name="request_sellers_newest"),
        ),
        AddIndexConcurrently(
            "collectionrequest",
            models.Index(
                fields=["collector", "-requested_at", "-id"], name="request_collectors_newest"
            ),
        ),
        AddIndexConcurrently(
            "collectionrequest",
            models.Index(
                fields=["collector", "status", "requested_at"], name="request_collectors_status"
            ),
        ),
        AddIndexConcurrently(
            "collectionrequest",
            models.Index(fields=["centre", "-received_at", "-id"], name="request_of_centre"),
        ),
    ]
