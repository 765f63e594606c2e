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
{window}taking AS MATERIALIZED (
  SELECT r.id, r.customer_id, r.seller_id, r.registered_at,
         coalesce(r.ended_at, 'infinity') AS ended_at
    FROM collection_registration r WHERE {of}{taking}
), delivery AS (
  SELECT t.id AS registration_id, t.seller_id, t.registered_at, t.ended_at,
         l.order_id, l.consumable_id, d.line_id, d.at, d.quantity AS n
    FROM taking t
    JOIN {deliveries} d ON d.customer_id = t.customer_id
     AND d.at >= t.registered_at AND d.at < t.ended_at
    JOIN orders_orderline l ON l.id = d.line_id
    JOIN catalogue_consumable k ON k.id = l.consumable_id AND {models}
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
     AND c.at >= t.registered_at AND c.at < t.ended_at{counts} AND c.condition <> 'other_maker'
    JOIN catalogue_consumable k ON k.id = c.consumable_id AND {models}
)
"""
# What happened in a while. Of a line of which something came back, now or ever, all deliveries are
# needed: how much can be taken away follows from what was there before.
_WINDOW: LiteralString = """
followed AS MATERIALIZED (
  SELECT line_id FROM orders_return WHERE recorded_at >= %(since)s AND recorded_at < %(until)s
  UNION
  SELECT b.line_id FROM orders_delivery d JOIN orders_return b ON b.line_id = d.line_id
   WHERE d.at >= %(since)s AND d.at < %(until)s
), arrival AS MATERIALIZED (
  SELECT customer_id, line_id, at, quantity FROM orders_delivery
   WHERE at >= %(since)s AND at < %(until)s
  UNION ALL
  SELECT customer_id, line_id, at, quantity FROM orders_delivery
   WHERE line_id IN (SELECT line_id FROM followed)
     AND NOT (at >= %(since)s AND at < %(until)s)
), concerned AS MATERIALIZED (
  SELECT customer_id FROM arrival
  UNION
  SELECT customer_id FROM collection_count WHERE at >= %(since)s AND at < %(until)s
), """
_TAKING: LiteralString = " AND r.customer_id IN (SELECT customer_id FROM concerned)"
_COUNTS: LiteralString = " AND c.at >= %(since)s AND c.at < %(until)s"
_FOLLOWED: LiteralString = "WHERE line_id IN (SELECT line_id FROM followed)"
COLLECTABLE: LiteralString = "k.collectable"


def movements(*, of: LiteralString, models: LiteralString = COLLECTABLE) -> str:
    """The table expressions that end in `movement`, to follow a WITH.

    `of` chooses registrations `r` of one or few customers, `models` consumables `k`; what they
    name as parameters is given by whoever executes it.
    """
    whole = {"window": "", "taking": "", "counts": "", "deliveries": "orders_delivery"}
    return _MOVEMENTS.format(of=of, models=models, each="OFFSET 0", returned="", **whole)


def movements_within(*, of: LiteralString, models: LiteralString = COLLECTABLE) -> str:
    """The same of many customers in a while: from the parameter `since` to before `until`.

    It also has what happened at other times to lines that were followed: leave that out.
    """
    parts = {"window": _WINDOW, "taking": _TAKING, "counts": _COUNTS, "deliveries": "arrival"}
    return _MOVEMENTS.format(of=of, models=models, each="OFFSET 0", returned=_FOLLOWED, **parts)
