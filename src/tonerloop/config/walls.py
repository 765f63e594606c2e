"""What each organisation may see of each table: the policies of row-level security.

`tonerloop migrate` puts them in place. They are coarser than the verbs (an organisation, not a
site or a salesperson) and are there for the day on which a filter is forgotten. The owner, who
migrates and makes backups, is not bound by them; `tonerloop_app` is, unless it acts for everybody.
"""

from hashlib import sha256

from django.db import connection, transaction
from psycopg import sql

POLICY = "tonerloop_wall"
# Asked once a statement, and the planner doesn't take it for a rare thing: else it would believe
# that whoever acts for everybody sees one row in 200, and read whole tables for that.
ANYBODY = "(SELECT current_setting('tonerloop.open', true) = 'on')"


def _is(column: str, name: str = "") -> str:
    kind = name or column.removeprefix("issuer_").removesuffix("_id")
    return f"{column} = nullif(current_setting('tonerloop.{kind}', true), '')::bigint"


def _any(*columns: str) -> str:
    return " OR ".join(_is(column) for column in columns)


def _with(parent: str, column: str) -> str:
    """Whoever sees the parent's row sees this one.

    No EXISTS: that one PostgreSQL may answer by reading the whole parent table first.
    """
    return f"(SELECT true FROM {parent} p WHERE p.id = {column})"  # noqa: S608 - names of ours


SELLING = ("seller_id", "customer_id")
TRADE = (*SELLING, "manufacturer_id")
ALL = (*TRADE, "collector_id")
CENTRE = (
    "EXISTS (SELECT FROM parties_recoverycentre c WHERE c.id = centre_id"
    f" AND {_is('c.collector_id', 'collector')})"
)
# A clerk finds out whose a container without sender was, among those who take part.
COLLECTED = (
    "EXISTS (SELECT FROM parties_seller s WHERE s.id = seller_id"
    f" AND {_is('s.collector_id', 'collector')})"
)
# A customer sees its seller's list and group prices and its own, not another customer's.
AGREED = (
    f"{_is('seller_id')} OR {_is('seller_id', 'account')}"
    f" AND (customer_id IS NULL OR {_is('customer_id')})"
)
# Kept under the organisation's name, "customer:12", since keys are replaced.
ANSWERED = " OR ".join(
    f"owner = '{kind}:' || nullif(current_setting('tonerloop.{kind}', true), '')"
    for kind in ("seller", "customer", "manufacturer", "collector")
)
ANSWERED_CENTRE = (
    "owner IN (SELECT 'centre:' || c.id FROM parties_recoverycentre c"  # noqa: S608 - names of ours
    f" WHERE {_is('c.collector_id', 'collector')})"
)

WALLS = {
    "journal_entry": _any(*ALL),
    "journal_look": _any(*ALL),
    "orders_order": _any(*TRADE),
    "orders_orderline": _with("orders_order", "order_id"),
    "orders_deadline": _with("orders_order", "order_id"),
    "orders_proposal": _with("orders_order", "order_id"),
    "orders_proposalline": _with("orders_proposal", "proposal_id"),
    "orders_approvalrequest": _with("orders_order", "order_id"),
    "orders_lineanswer": _with("orders_approvalrequest", "request_id"),
    "orders_shipment": _with("orders_order", "order_id"),
    "orders_shipmentline": _with("orders_shipment", "shipment_id"),
    "orders_return": _with("orders_orderline", "line_id"),
    "orders_delivery": _with("orders_orderline", "line_id"),
    "orders_basket": _any(*SELLING),
    "orders_basketline": _with("orders_basket", "basket_id"),
    "orders_savedlist": _any(*SELLING),
    "orders_savedline": _with("orders_savedlist", "saved_list_id"),
    "pricing_priceagreement": AGREED,
    "pricing_pricebreak": _with("pricing_priceagreement", "agreement_id"),
    "pricing_purchaseprice": _any("seller_id", "manufacturer_id"),
    "pricing_floor": _any("seller_id"),
    "pricing_confirmationrule": _any(*SELLING),
    "points_account": _any(*SELLING, "issuer_manufacturer_id"),
    "points_transaction": _with("points_account", "account_id"),
    "points_lot": _with("points_account", "account_id"),
    "points_entry": _with("points_account", "account_id"),
    "points_rewardorder": _any(*SELLING),
    "collection_registration": f"{_any(*SELLING)} OR {COLLECTED}",
    "collection_collectionrequest": _any(*SELLING, "collector_id"),
    "collection_count": _with("collection_collectionrequest", "request_id"),
    "collection_keptmonth": _any("seller_id"),
    "collection_keptuntil": _any("seller_id"),
    "manufacturers_apikey": f"{_any(*ALL)} OR {CENTRE}",
    "programs_call": _with("manufacturers_apikey", "key_id"),
    "programs_keptanswer": f"{ANSWERED} OR {ANSWERED_CENTRE}",
    "manufacturers_listprice": _any("manufacturer_id"),
    "manufacturers_inboundmessage": _any("manufacturer_id"),
    "outbound_endpoint": _any(*ALL),
    "outbound_secret": _with("outbound_endpoint", "endpoint_id"),
    "outbound_delivery": _with("outbound_endpoint", "endpoint_id"),
    "outbound_attempt": _with("outbound_delivery", "delivery_id"),
    "outbound_message": _with("journal_entry", "entry_id"),
}


def build() -> None:
    """Put up every wall that is missing or was built differently; the owner's to do.

    One table at a time, each held for a moment: a table that many read must not wait for others.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, obj_description(p.oid, 'pg_policy') FROM pg_policy p"
            " JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = %s",
            [POLICY],
        )
        built = dict(cursor.fetchall())
    for table, seen in WALLS.items():
        if built.get(table) != _mark(seen):
            _build(table, seen)


def _build(table: str, seen: str) -> None:
    statements = (
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        "DROP POLICY IF EXISTS {policy} ON {table}",
        # Writing is bound by USING, too: nobody changes what they do not see.
        f"CREATE POLICY {{policy}} ON {{table}} USING ({ANYBODY} OR {seen}) WITH CHECK (true)",
        f"COMMENT ON POLICY {{policy}} ON {{table}} IS '{_mark(seen)}'",
    )
    names = {"table": sql.Identifier(table), "policy": sql.Identifier(POLICY)}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(**names))


def _mark(seen: str) -> str:
    return sha256(f"{ANYBODY}{seen}".encode()).hexdigest()[:16]
