"""The two functions that find orders read no more than the index gives, or the newest alone.

Both wait for what the index gives before they sort: else PostgreSQL walks all orders by time in the
hope of the first thousand. Words that many orders have (one in a hundred) tell little: of those the
newest 500 are looked at. Manufacturers find by the end of a number, too.
"""

from importlib import import_module

from django.db import migrations

before = import_module("tonerloop.orders.migrations.0017_finding_behind_the_wall")

OWN = """(current_setting('tonerloop.open', true) = 'on'
            OR seller_id = nullif(current_setting('tonerloop.seller', true), '')::bigint
            OR manufacturer_id =
               nullif(current_setting('tonerloop.manufacturer', true), '')::bigint)"""
WORDS = "to_tsvector('simple'::regconfig, regexp_replace(reference, '[^[:alnum:]]+', ' ', 'g'))"
FUNCTIONS = f"""
CREATE FUNCTION tonerloop_orders_by_words(query tsquery, seller bigint, most integer)
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE near bigint[];
BEGIN
    IF coalesce(current_setting('tonerloop.open', true), '') <> 'on' AND seller IS DISTINCT FROM
       nullif(current_setting('tonerloop.seller', true), '')::bigint THEN RETURN; END IF;
    SELECT array_agg(id) INTO near
      FROM (SELECT id, reference FROM orders_order WHERE seller_id = seller
             ORDER BY placed_at DESC LIMIT 500) newest
     WHERE reference > '' AND {WORDS} @@ query;
    IF cardinality(near) >= 5 THEN
        RETURN QUERY SELECT unnest(near);
        RETURN;
    END IF;
    RETURN QUERY WITH found AS MATERIALIZED (
        SELECT id, placed_at FROM orders_order
         WHERE reference > '' AND {WORDS} @@ query AND (seller IS NULL OR seller_id = seller)
    ) SELECT id FROM found ORDER BY placed_at DESC, id DESC LIMIT most;
END $$;
CREATE OR REPLACE FUNCTION tonerloop_orders_by_end(turned text, most integer)
RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH found AS MATERIALIZED (
        SELECT id, placed_at, seller_id, manufacturer_id FROM orders_order
         WHERE reverse(number) ^@ turned
    ) SELECT id FROM found WHERE {OWN} ORDER BY placed_at DESC, id DESC LIMIT most
$$;
"""
BACK = """
DROP FUNCTION tonerloop_orders_by_words(tsquery, bigint, integer);
DROP FUNCTION tonerloop_orders_by_words(tsquery, integer);
DROP FUNCTION tonerloop_orders_by_end(text, integer);
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0018_orders_in_pages")]

    # The old function stays: a process of the version before still asks it while this one begins.
    operations = [migrations.RunSQL(FUNCTIONS, BACK + before.FUNCTIONS)]
