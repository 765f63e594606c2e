"""Customers are found by any part of their name, without reading all of them.

An index has no sample of these endings taken: they are all different, and it would take long.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from tonerloop.parties.named import Endings

FUNCTION = """
CREATE FUNCTION tonerloop_endings(name text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    large text := upper(name);
    found text[] := '{}';
BEGIN
    FOR place IN 1 .. length(large) LOOP
        found := array_append(found, substr(large, place, 24));
    END LOOP;
    RETURN array_to_tsvector(found);
END $$;
"""


class Migration(migrations.Migration):
    atomic = False  # people go on ordering meanwhile

    dependencies = [("parties", "0008_customer_by_name")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION tonerloop_endings(text)"),
        AddIndexConcurrently(
            "customer",
            GinIndex(Endings("name"), name="customer_found", fastupdate=False),
        ),
        migrations.RunSQL(
            "ALTER INDEX customer_found ALTER COLUMN 1 SET STATISTICS 0", migrations.RunSQL.noop
        ),
    ]
