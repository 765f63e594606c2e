"""A word of a name is of one alphabet; nothing changes in the database."""

from django.db import migrations, models

from tonerloop.common.text import no_control, no_lookalike


def _name(model: str, longest: int) -> migrations.AlterField:
    field = models.CharField(
        max_length=longest, validators=[no_control, no_lookalike], verbose_name="name"
    )
    return migrations.AlterField(model_name=model, name="name", field=field)


class Migration(migrations.Migration):
    dependencies = [("parties", "0006_tries_and_shared_cache")]

    operations = [
        _name("person", 100),
        *(_name(party, 120) for party in ("collector", "customer", "manufacturer", "seller")),
    ]
