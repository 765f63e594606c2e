"""A program's delivery note number, so that a shipment reported twice is one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_numbers_and_returns")]

    operations = [
        migrations.AddField(
            model_name="shipment",
            name="reference",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name="shipment",
            constraint=models.UniqueConstraint(
                condition=~models.Q(reference=""),
                fields=["order", "reference"],
                name="shipment_once",
            ),
        ),
    ]
