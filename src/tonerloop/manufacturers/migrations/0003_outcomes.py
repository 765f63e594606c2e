"""Names the outcomes of what programs sent; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("manufacturers", "0002_initial")]

    operations = [
        migrations.AlterField(
            model_name="inboundmessage",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("applied", "applied"),
                    ("refused", "refused"),
                    ("unreadable", "could not be read"),
                ],
                default="received",
                max_length=20,
            ),
        ),
    ]
