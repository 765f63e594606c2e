from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("manufacturers", "0005_keys_moved")]

    operations = [
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("outcome__in", ("refused", "unreadable"))),
                fields=["order_number"],
                name="inbound_turned_down",
            ),
        ),
    ]
