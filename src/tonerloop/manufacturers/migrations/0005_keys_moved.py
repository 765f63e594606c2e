"""The keys are in `programs` now, in the same table; nothing changes in the database."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("manufacturers", "0004_channels"), ("programs", "0001_keys_of_everybody")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "inboundmessage",
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programs.apikey",
                    ),
                ),
                migrations.DeleteModel("ApiKey"),
            ]
        )
    ]
