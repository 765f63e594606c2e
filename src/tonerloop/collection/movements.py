"""Collected and delivered, piece by piece: the one definition (spec COL-2).

Progress, statements and reports all sum these rows. Only what happened while the customer took
part counts. Collected: count entries of collectable models of the catalogue, whoever sold them,
without other makers' imitations; a correction counts when it was made. Delivered: collectable
pieces that arrived, less those returned since; of one order line never less than nothing, so
that a return of what arrived before the registration takes nothing away.
"""

from typing import LiteralString

# Only lines of which something came back need to be followed in the order of time.
_MOVEMENTS: LiteralString = """
taking AS MATERIALIZED (
  SELECT r.id, r.customer_id, r.seller_id, r.registered_at,
         coalesce(r.ended_at, 'infinity') AS ended_at
    FROM collection_registration r WHERE {of}
), delivery AS (
  SELECT t.id AS registration_id, t.seller_id, t.registered_at, t.ended_at,
         l.order_id, l.consumable_id, d.line_id, d.at, d.quantity AS n
    FROM taking t
    JOIN orders_delivery d ON d.customer_id = t.customer_id
     AND d.at >= t.registered_at AND d.at < t.ended_at
    JOIN orders_orderline l ON l.id = d.line_id
    JOIN catalogue_consumable k ON k.id = l.consumable_id AND k.collectable AND {models}
), back AS (
  SELECT d.registration_id, d.seller_id, d.order_id, d.consumable_id, d.line_id,
         b.recorded_at AS at, -b.quantity AS n
    FROM (SELECT DISTINCT registration_id, seller_id, registered_at, ended_at,
                 order_id, consumable_id, line_id FROM delivery {returned}) d
    JOIN LATERAL (SELECT recorded_at, quantity FROM orders_return r
                   WHERE r.line_id = d.line_id {each}) b
      ON b.recorded_at >= d.registered_at AND b.recorded_at < d.ended_at
), held AS (
  SELECT seller_id, order_id, consumable_id, at, n, sum(n) OVER (
           PARTITION BY registration_id, line_id ORDER BY at, n DESC
           ROWS UNBOUNDED PRECEDING) AS after
    FROM (SELECT registration_id, seller_id, order_id, consumable_id, line_id, at, n FROM back
          UNION ALL
          SELECT registration_id, seller_id, order_id, consumable_id, line_id, at, n FROM delivery
           WHERE line_id IN (SELECT line_id FROM back)) m
), arrived AS (
  SELECT d.seller_id, d.order_id, d.consumable_id, d.at, d.n FROM delivery d
   WHERE NOT EXISTS (SELECT FROM back b WHERE b.line_id = d.line_id)
  UNION ALL
  SELECT seller_id, order_id, consumable_id, at,
         (greatest(0, after) - greatest(0, after - n))::integer
    FROM held
), movement AS (
  SELECT seller_id, order_id, NULL::bigint AS request_id, consumable_id, at,
         '' AS condition, 0 AS collected, n AS delivered
    FROM arrived
  UNION ALL
  SELECT t.seller_id, NULL, c.request_id, c.consumable_id, c.at, c.condition, c.quantity, 0
    FROM taking t JOIN collection_count c ON c.customer_id = t.customer_id
     AND c.at >= t.registered_at AND c.at < t.ended_at AND c.condition <> 'other_maker'
    JOIN catalogue_consumable k ON k.id = c.consumable_id AND k.collectable AND {models}
)
"""
_RETURNED: LiteralString = "WHERE line_id IN (SELECT line_id FROM orders_return)"


def movements(*, of: LiteralString, models: LiteralString = "true", few: bool = True) -> str:
    """The table expressions that end in `movement`, to follow a WITH.

    `of` chooses registrations `r`, `models` consumables `k`; what they name as parameters is
    given by whoever executes it. `few` unless they are of many customers: then what came back is
    looked up line by line, else PostgreSQL may read all returns there are.
    """
    each, returned = ("OFFSET 0", "") if few else ("", _RETURNED)
    return _MOVEMENTS.format(of=of, models=models, each=each, returned=returned)
