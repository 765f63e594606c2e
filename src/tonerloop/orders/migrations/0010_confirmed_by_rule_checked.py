"""The constraint of the migration before, checked for the rows there were, without a long lock."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0009_confirmed_by_rule")]

    operations = [ValidateConstraint(model_name="order", name="order_confirmed_pair")]
