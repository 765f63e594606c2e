"""The ledger's guard reads every entry, whoever commits: it runs with its owner's rights."""

from django.db import migrations

SEES_ALL = """
ALTER FUNCTION tonerloop_ledger_adds_up() SECURITY DEFINER SET search_path = public, pg_temp;
"""
AS_BEFORE = """
ALTER FUNCTION tonerloop_ledger_adds_up() SECURITY INVOKER RESET search_path;
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0003_rewards")]

    operations = [migrations.RunSQL(SEES_ALL, AS_BEFORE)]
