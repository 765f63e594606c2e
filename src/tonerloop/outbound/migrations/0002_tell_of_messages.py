"""What becomes of a message is told to open pages when it commits, as new entries are."""

from django.db import migrations

NOTIFY = """
CREATE FUNCTION tonerloop_message_notify() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    cause journal_entry;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NULL;
    END IF;
    SELECT * INTO cause FROM journal_entry WHERE id = NEW.entry_id;
    -- The seller reads of all messages of its orders, the others of their own.
    PERFORM pg_notify('tonerloop_live', concat_ws(' ',
        'order:' || NEW.order_id,
        'seller:' || cause.seller_id,
        CASE WHEN NEW.side = 'buyer' THEN 'customer:' || cause.customer_id END,
        CASE WHEN NEW.side = 'manufacturer' THEN 'manufacturer:' || cause.manufacturer_id END
    ));
    RETURN NULL;
END $$;
CREATE TRIGGER outbound_message_notify AFTER INSERT OR UPDATE OF state ON outbound_message
    FOR EACH ROW EXECUTE FUNCTION tonerloop_message_notify();
"""
BACK = """
DROP TRIGGER outbound_message_notify ON outbound_message;
DROP FUNCTION tonerloop_message_notify();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0002_append_only_and_live"),
        ("outbound", "0001_initial"),
    ]

    operations = [migrations.RunSQL(NOTIFY, BACK)]
