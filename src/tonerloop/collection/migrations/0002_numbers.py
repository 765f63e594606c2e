"""The serial behind requests and labels, the secret that scatters it; counts are append-only."""

import secrets
from typing import Any

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql


def make_key(apps: Any, schema_editor: Any) -> None:
    """One secret per installation, made here and never changed."""
    apps.get_model("collection", "NumberKey").objects.create(key=secrets.token_bytes(32))


class Migration(migrations.Migration):
    dependencies = [("collection", "0001_initial"), ("journal", "0002_append_only_and_live")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE collection_number_serial MINVALUE 0 START 0 MAXVALUE 999999999",
            "DROP SEQUENCE collection_number_serial",
        ),
        migrations.RunPython(make_key, migrations.RunPython.noop),
        migrations.RunSQL(trigger_sql("collection_count"), drop_sql("collection_count")),
        migrations.RunSQL(
            trigger_sql("collection_driverreport"), drop_sql("collection_driverreport")
        ),
    ]
