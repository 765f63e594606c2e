"""What is asked for all day stays fast as customers and orders grow: an index leads to each row.

Among 500 customers, 25,000 orders and 50,000 agreements with their real statistics the planner
chooses as it does among more; what it would read whole here, it would read whole for ever.
"""

import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F, Sum
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql

from bench import cast
from bench.data.filling import fill
from bench.data.sizes import SIZES
from bench.plans import reads, statements, unled
from bench.visitor import Within, at_once
from bench.work import ALL, APPROVE, BY_API, CONFIRM, Desk, Work, page, scan
from tests.conftest import server
from tests.stack import connected_to
from tonerloop.collection.models import Label
from tonerloop.common.references import is_valid
from tonerloop.config.database import APP_ROLE
from tonerloop.journal.models import Entry
from tonerloop.orders.models import ApprovalRequest, Delivery, Order, OrderLine
from tonerloop.outbound.routes import follow, tell
from tonerloop.outbound.webhooks.announcing import announce
from tonerloop.parties.models import Customer, Person
from tonerloop.parties.named import some_named
from tonerloop.points.ledger import disagreements
from tonerloop.programs.keys import create_key

# Where a test makes many rows, it has the planner told, as a running server does by itself.
COUNTED = [sql.Identifier(x) for x in ("orders_order", "orders_approvalrequest", APP_ROLE)]
DATABASE = f"crowded_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
MOST = 40  # statements of one request, session included
MOST_OF_A_SCAN = 30


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A crowded database that Django uses meanwhile."""
    server.make(DATABASE)
    with django_db_blocker.unblock(), connected_to(DATABASE):
        fill(server.superuser(DATABASE), SIZES["T"], today=date.today())
        with psycopg.connect(server.superuser(DATABASE)) as owner:
            owner.execute(sql.SQL("GRANT MAINTAIN ON {}, {} TO {}").format(*COUNTED))
        yield


@pytest.fixture
def desk(crowd: None) -> Iterator[Desk]:
    """What the scripts need to know; what a test does is undone."""
    with transaction.atomic():
        yield cast.desk()
        transaction.set_rollback(True)


def visitor(who: str) -> Within:
    """Somebody of this kind, logged in."""
    if who == "program":
        made = Within(Client(), cast.keys()[0])
    elif who == "maker":
        made = Within(Client(), create_key("Bench", by=cast.actor(cast.email("desk", 0)))[1])
    else:
        made = Within(Client())
        made.client.force_login(Person.objects.get(email=cast.email(who, 0)))
    made.things.update(cast.things(who, 0))
    return made


def more_pages() -> list[Work]:
    """Pages beside the measured ones that are opened all day, each with an order of its own."""
    mine = Order.objects.filter(customer_id=1, status="delivered").order_by("-pk")
    number = mine[0].number
    wanted = {
        "buyer": (
            *("/order/orders/?q=T000-01", f"/order/orders/{number}/", "/order/collection/"),
            *("/order/machines/", "/order/lists/", "/order/review/", "/order/paste/"),
        ),
        "program": (
            *("/api/v1/orders", "/api/v1/supplies", "/api/v1/points", "/api/v1/collections"),
            *(f"/api/v1/orders/{number}", f"/api/v1/orders/{number}/timeline"),
        ),
        "sales": (
            *(f"/sales/{number}/", "/sales/orders/?status=open", "/sales/absence/"),
            *("/sales/orders/?q=Customer", "/sales/orders/?q=000003"),
        ),
        "office": (
            *(f"/seller/orders/{number}/", "/seller/orders/?sort=customer", "/seller/customers/"),
            *("/seller/orders/?sort=since", "/seller/orders/?q=T0", "/seller/orders/?q=1234"),
            *("/seller/orders/?q=PO", "/seller/orders/?salesperson=12", "/seller/agreements/"),
            *("/seller/orders/?q=000003", "/seller/orders/?q=O"),
            *("/seller/agreements/?part_number=T0", "/seller/agreements/?level=group", "/audit/"),
            *("/seller/collections/?status=all", "/seller/collections/?status=counted"),
            *("/seller/customers/1/", "/seller/collections/", "/seller/orders/?customer=4"),
            *("/seller/customers/1/machines/", "/seller/rewards/"),
        ),
        "desk": (
            *("/desk/orders/", f"/desk/orders/{number}/", "/desk/orders/?q=M-12", "/audit/"),
            *("/desk/orders/?q=Customer", "/desk/orders/?q=T0", "/desk/orders/?q=1234"),
            *("/desk/orders/?q=000003", "/desk/orders/?status=price_confirmed"),
        ),
        "maker": ("/api/v1/approval-requests", "/api/v1/approval-requests?state=closed"),
        "clerk": ("/recovery/requests/", "/recovery/strays/"),
        "dispatcher": ("/collector/", "/collector/?status=all", "/audit/"),
        "driver": ("/driver/",),
    }
    return [
        Work(f"{who}: one order" if path.endswith(f"orders/{number}/") else path, who, page(path))
        for who, paths in wanted.items()
        for path in paths
    ]


# What is read whole all the same, and why that is let be. Of all others nothing is.
# This set has some hundred requests for a collection, which fit a few pages: among the 5,000 of the
# set M all of these lists are led by an index.
FEW = {"collection_collectionrequest: Seq Scan"}
# Newest first along the key until a page is full; of two sellers that is every second one.
ALONG = {"pricing_priceagreement: Index Scan"}
EXCEPTED: dict[str, set[str]] = defaultdict(set)
EXCEPTED |= {
    "/collector/?status=all": FEW,
    "/seller/collections/?status=all": FEW,
    "/seller/collections/?status=counted": FEW,
    "/recovery/requests/": FEW,
    "/recovery/strays/": FEW,
    "/seller/agreements/": ALONG,
    # Oldest first, of five manufacturers every fifth one; the open ones have an index of their own.
    "/api/v1/approval-requests?state=closed": {"orders_approvalrequest: Index Scan"},
}


def read_whole(work: Work, desk: Desk) -> set[str]:
    """Growing tables that the work reads without being led to their rows."""
    someone = visitor(work.who)
    if work.who == "clerk":
        someone.things["box"] = next(cast.boxes(1))
    if work is APPROVE:
        at_once(CONFIRM.script(visitor("sales"), desk))  # type: ignore[arg-type]
    said = statements(work, someone, desk)
    assert said and len(said) <= MOST * work.requests, f"{work.name}: {len(said)} statements"
    return {each for statement in said for each in unled(statement)}


def not_meant(found: dict[str, set[str]]) -> dict[str, set[str]]:
    """What is read whole by each work beyond what is let be."""
    return {name: over for name, whole in found.items() if (over := whole - EXCEPTED[name])}


def test_an_index_leads_to_all_that_measured_work_asks_for(desk: Desk) -> None:
    at_once(BY_API.script(visitor("program"), desk))  # type: ignore[arg-type]
    at_once(BY_API.script(visitor("program"), desk))  # type: ignore[arg-type]
    found = {work.name: read_whole(work, desk) for work in ALL}
    assert not_meant(found) == {}


def test_an_index_leads_to_all_that_other_pages_of_the_day_ask_for(desk: Desk) -> None:
    found = {work.name: read_whole(work, desk) for work in more_pages()}
    assert not_meant(found) == {}


WAITING = {
    "desk": ("/desk/", "/desk/orders/", "/desk/orders/?status=price_confirmed"),
    "maker": ("/api/v1/approval-requests",),
    "office": ("/seller/orders/", "/seller/orders/?status=open", "/seller/orders/?q=000003"),
}


def test_a_list_reads_what_it_shows_however_many_wait(desk: Desk) -> None:
    """More than are ever counted, then five times as many: not a row more of these is shown."""
    waiting(600)
    before = {
        (who, path): buffers(who, path, desk) for who, paths in WAITING.items() for path in paths
    }
    waiting(2_400)
    after = {(who, path): buffers(who, path, desk) for who, path in before}
    assert {what: (before[what], n) for what, n in after.items() if n > 2 * before[what]} == {}


def waiting(count: int) -> None:
    """So many more orders wait for the first manufacturer's approval."""
    maker = Person.objects.get(email=cast.email("desk", 0)).memberships.get().manufacturer_id
    done = Order.objects.filter(manufacturer_id=maker, status="delivered").order_by("-pk")
    orders = list(done.values_list("pk", flat=True)[:count])
    assert len(orders) == count
    Order.objects.filter(pk__in=orders).update(
        status="price_confirmed", confirmed_at=F("placed_at")
    )
    ApprovalRequest.objects.filter(order__in=orders).update(closed_at=None, outcome="")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_order, orders_approvalrequest")


def buffers(who: str, path: str, desk: Desk) -> int:
    """Shared buffers that the statements of one page read."""
    said = statements(Work(path, who, page(path)), visitor(who), desk)
    return sum(reads(statement) for statement in said)


def test_an_index_leads_to_all_that_a_scan_at_the_station_asks_for(desk: Desk) -> None:
    """Also those that go wrong: a piece counted before, a model of nobody, nonsense."""
    clerk, boxes = visitor("clerk"), list(cast.boxes(2))
    labels = Label.objects.filter(kind="piece", request__status="counted")
    counted = labels[0].identifier
    scans = (boxes[0], "N", desk.model, "1", "N", "what is this", "2", counted, "", boxes[1], "END")
    at_once(page("/recovery/")(clerk, desk))  # type: ignore[arg-type]
    for text in scans:
        with CaptureQueriesContext(connection) as said:
            at_once(scan(clerk, text))
        assert text == "END" or len(said) <= MOST_OF_A_SCAN, f"{text}: {len(said)} statements"
        whole = {each for query in said for each in unled(query["sql"])}
        assert whole == set(), text


def test_an_index_leads_to_all_that_a_job_asks_for(desk: Desk) -> None:
    at_once(BY_API.script(visitor("program"), desk))  # type: ignore[arg-type]
    at_once(CONFIRM.script(visitor("sales"), desk))  # type: ignore[arg-type]
    for entry in Entry.objects.order_by("-pk")[:2]:
        with CaptureQueriesContext(connection) as said:
            for step in (follow, tell, announce):
                step([entry], timezone.now())
        assert len(said) > 3, entry.event
        assert [unled(query["sql"]) for query in said if unled(query["sql"])] == [], entry.event


def test_an_index_leads_to_customers_by_any_part_of_their_name(desk: Desk) -> None:
    with CaptureQueriesContext(connection) as said:
        found = some_named("000003", seller_id=None, most=51)
    assert [Customer.objects.get(pk=pk).name for pk in found] == ["Customer 000003"]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {said[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Bitmap Index Scan on customer_found" in plan, plan


def test_the_check_sees_what_no_index_leads_to(desk: Desk) -> None:
    assert unled("SELECT * FROM orders_order WHERE cancel_text = 'x'")
    assert unled("SELECT * FROM parties_customer WHERE phone = 'x'")
    assert unled("UPDATE orders_order SET cancel_text = '' WHERE cancel_text = 'x'")
    assert not unled("SELECT * FROM orders_order WHERE number = '1234567890'")


def test_the_crowd_is_sound(desk: Desk) -> None:
    """What was written by COPY is what the verbs would have written."""
    assert disagreements() == []
    assert all(is_valid(number) for number in Order.objects.values_list("number", flat=True)[:500])
    arrived = Delivery.objects.aggregate(n=Sum("quantity"))["n"]
    assert arrived == OrderLine.objects.aggregate(n=Sum("delivered_quantity"))["n"]
    assert Order.objects.exclude(subtotal__gt=0).count() == 0
    open_ones = ApprovalRequest.objects.filter(closed_at=None).values("order")
    assert set(open_ones.values_list("order__status", flat=True)) == {"price_confirmed"}
