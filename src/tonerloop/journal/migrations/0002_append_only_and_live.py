"""The journal cannot be edited, and each new entry is told to open pages when it commits."""

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql

NOTIFY = """
CREATE FUNCTION tonerloop_journal_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('tonerloop_live', concat_ws(' ',
        NEW.subject_kind || ':' || NEW.subject_id,
        CASE WHEN 'seller' = ANY(NEW.audience) THEN 'seller:' || NEW.seller_id END,
        CASE WHEN 'buyer' = ANY(NEW.audience) THEN 'customer:' || NEW.customer_id END,
        CASE WHEN 'manufacturer' = ANY(NEW.audience) THEN 'manufacturer:' || NEW.manufacturer_id END
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER journal_entry_notify AFTER INSERT ON journal_entry
    FOR EACH ROW EXECUTE FUNCTION tonerloop_journal_notify();
"""
BACK = """
DROP TRIGGER journal_entry_notify ON journal_entry;
DROP FUNCTION tonerloop_journal_notify();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [
        migrations.RunSQL(trigger_sql("journal_entry"), drop_sql("journal_entry")),
        migrations.RunSQL(NOTIFY, BACK),
    ]
