"""An order is confirmed by a person or by a rule.

No long lock: the column is nullable and has no index, the constraint is checked for new rows
from here on and for the old ones, which all satisfy it, by the next migration.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q

PERSON_OR_RULE = Q(confirmed_at=None, confirmed_by=None, confirmed_rule=None) | Q(
    confirmed_at__isnull=False
) & (
    Q(confirmed_by__isnull=False, confirmed_rule=None)
    | Q(confirmed_by=None, confirmed_rule__isnull=False)
)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0008_saved_lists"),
        ("pricing", "0002_floors_and_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="confirmed_rule",
            field=models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="pricing.confirmationrule",
            ),
        ),
        migrations.RemoveConstraint(model_name="order", name="order_confirmed_pair"),
        AddConstraintNotValid(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=PERSON_OR_RULE, name="order_confirmed_pair"
            ),
        ),
    ]
