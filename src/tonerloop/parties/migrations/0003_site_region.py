from django.db import migrations, models

import tonerloop.common.text


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0002_collectors"),
    ]

    operations = [
        migrations.AddField(
            model_name="site",
            name="region",
            field=models.CharField(
                blank=True,
                max_length=40,
                validators=[tonerloop.common.text.no_control],
                verbose_name="region",
            ),
        ),
    ]
