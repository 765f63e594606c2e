"""Orders by words of their reference or the end of their number, for whom the transaction acts.

Row-level security keeps `@@` and `reverse` from an index: PostgreSQL cannot know that they tell
nothing of rows that it hides. These functions run with their owner's rights and ask whose rows
they are themselves.
"""

from django.db import migrations

OWN = """(current_setting('tonerloop.open', true) = 'on'
            OR seller_id = nullif(current_setting('tonerloop.seller', true), '')::bigint)"""
FUNCTIONS = f"""
CREATE FUNCTION tonerloop_orders_by_words(query tsquery, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM orders_order
     WHERE reference > ''
       AND to_tsvector('simple'::regconfig,
                       regexp_replace(reference, '[^[:alnum:]]+', ' ', 'g')) @@ query
       AND {OWN}
     ORDER BY placed_at DESC, id DESC LIMIT most
$$;
CREATE FUNCTION tonerloop_orders_by_end(turned text, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM orders_order WHERE reverse(number) ^@ turned AND {OWN}
     ORDER BY placed_at DESC, id DESC LIMIT most
$$;
"""
BACK = """
DROP FUNCTION tonerloop_orders_by_words(tsquery, integer);
DROP FUNCTION tonerloop_orders_by_end(text, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0016_proposal_lines_checked")]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
