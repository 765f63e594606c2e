"""The secret that scatters machine codes."""

import secrets
from typing import Any

from django.db import migrations, models


def make_key(apps: Any, schema_editor: Any) -> None:
    """One secret per installation, made here and never changed."""
    apps.get_model("fleet", "NumberKey").objects.create(key=secrets.token_bytes(32))


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_initial")]

    operations = [
        migrations.CreateModel(
            name="NumberKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.RunPython(make_key, migrations.RunPython.noop),
    ]
