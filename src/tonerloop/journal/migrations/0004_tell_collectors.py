"""Open pages of a collector are told of entries that it may read."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION tonerloop_journal_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('tonerloop_live', concat_ws(' ',
        NEW.subject_kind || ':' || NEW.subject_id,
        CASE WHEN 'seller' = ANY(NEW.audience) THEN 'seller:' || NEW.seller_id END,
        CASE WHEN 'buyer' = ANY(NEW.audience) THEN 'customer:' || NEW.customer_id END,
        CASE WHEN 'manufacturer' = ANY(NEW.audience)
            THEN 'manufacturer:' || NEW.manufacturer_id END{collector}
    ));
    RETURN NULL;
END $$;
"""
COLLECTOR = """,
        CASE WHEN 'collector' = ANY(NEW.audience) THEN 'collector:' || NEW.collector_id END"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_entry_collector")]

    operations = [
        migrations.RunSQL(FUNCTION.format(collector=COLLECTOR), FUNCTION.format(collector="")),
    ]
