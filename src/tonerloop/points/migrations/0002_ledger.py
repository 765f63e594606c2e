"""What makes the ledger one: it cannot be edited, it adds up, its lots follow their entries."""

from django.db import migrations

from tonerloop.common.append_only import drop_sql, trigger_sql

LOTS = """
CREATE FUNCTION tonerloop_lot_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE points_lot SET remaining = remaining + NEW.points WHERE id = NEW.lot_id;
    RETURN NULL;
END $$;
CREATE TRIGGER points_entry_lot AFTER INSERT ON points_entry
    FOR EACH ROW WHEN (NEW.book = 'customer') EXECUTE FUNCTION tonerloop_lot_follows();

CREATE FUNCTION tonerloop_lot_only_by_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Depth 1 is a statement of somebody's own; the trigger of an entry comes deeper.
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'a lot changes only by entries' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER points_lot_guard BEFORE UPDATE ON points_lot
    FOR EACH ROW EXECUTE FUNCTION tonerloop_lot_only_by_entries();
CREATE FUNCTION tonerloop_lot_starts_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.remaining := 0;
    RETURN NEW;
END $$;
CREATE TRIGGER points_lot_empty BEFORE INSERT ON points_lot
    FOR EACH ROW EXECUTE FUNCTION tonerloop_lot_starts_empty();
CREATE FUNCTION tonerloop_lot_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a lot is never removed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER points_lot_stays BEFORE DELETE OR TRUNCATE ON points_lot
    FOR EACH STATEMENT EXECUTE FUNCTION tonerloop_lot_stays();
"""
LOTS_BACK = """
DROP TRIGGER points_lot_stays ON points_lot;
DROP TRIGGER points_lot_empty ON points_lot;
DROP TRIGGER points_lot_guard ON points_lot;
DROP TRIGGER points_entry_lot ON points_entry;
DROP FUNCTION tonerloop_lot_stays();
DROP FUNCTION tonerloop_lot_starts_empty();
DROP FUNCTION tonerloop_lot_only_by_entries();
DROP FUNCTION tonerloop_lot_follows();
"""
SUMS = """
CREATE FUNCTION tonerloop_ledger_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(points) FROM points_entry WHERE transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'transaction % does not add up', NEW.transaction_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER points_entry_adds_up AFTER INSERT ON points_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tonerloop_ledger_adds_up();
"""
SUMS_BACK = """
DROP TRIGGER points_entry_adds_up ON points_entry;
DROP FUNCTION tonerloop_ledger_adds_up();
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial"), ("journal", "0002_append_only_and_live")]

    operations = [
        migrations.RunSQL(trigger_sql("points_transaction"), drop_sql("points_transaction")),
        migrations.RunSQL(trigger_sql("points_entry"), drop_sql("points_entry")),
        migrations.RunSQL(LOTS, LOTS_BACK),
        migrations.RunSQL(SUMS, SUMS_BACK),
    ]
