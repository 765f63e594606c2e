"""A request says whose it is to answer: the manufacturer of its order, written by the database.

So it holds for whoever inserts one, a process of the version before included.
"""

from django.db import migrations, models

TRIGGER = """
CREATE FUNCTION tonerloop_request_of_maker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT manufacturer_id INTO NEW.manufacturer_id FROM orders_order WHERE id = NEW.order_id;
    RETURN NEW;
END $$;
CREATE TRIGGER request_of_maker BEFORE INSERT ON orders_approvalrequest
    FOR EACH ROW EXECUTE FUNCTION tonerloop_request_of_maker();
"""
BACK = """
DROP TRIGGER request_of_maker ON orders_approvalrequest;
DROP FUNCTION tonerloop_request_of_maker();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0019_finding_reads_few"),
        ("parties", "0008_customer_by_name"),
    ]

    operations = [
        migrations.AddField(
            "approvalrequest",
            "manufacturer",
            models.ForeignKey(
                "parties.manufacturer",
                models.PROTECT,
                db_constraint=False,  # the order's own is checked
                db_index=False,
                editable=False,
                null=True,
                related_name="+",
            ),
        ),
        migrations.RunSQL(TRIGGER, BACK),
    ]
