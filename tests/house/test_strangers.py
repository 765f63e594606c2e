"""Every address, tried by every stranger: refused, nothing leaked, nothing changed.

The walk reads the addresses from the resolver, so that a new one is walked by itself; one with an
argument that this test does not know fails it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from tests.outbound.phones import Phone
from tests.world import World
from tonerloop.collection.actions import receiving
from tonerloop.collection.actions.receiving import What
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.actions.strays import receive_stray
from tonerloop.collection.actions.watching import set_threshold
from tonerloop.common.actor import Role
from tonerloop.fleet.codes import code_of
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.judging import Terms
from tonerloop.manufacturers.rules import begin_rule
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import Order
from tonerloop.orders.saved_lists import save_order
from tonerloop.orders.saved_models import SavedList
from tonerloop.outbound.models import Delivery, Device
from tonerloop.outbound.push.devices import add_device
from tonerloop.outbound.webhooks import actions as webhooks
from tonerloop.outbound.webhooks.announcing import announce
from tonerloop.outbound.webhooks.types import types_for
from tonerloop.parties.actions import Away, record_absence
from tonerloop.parties.models import Absence
from tonerloop.points import ledger
from tonerloop.points.models import Reward, RewardOrder, Rule
from tonerloop.points.rewards import offer_reward, order_reward
from tonerloop.pricing.guarding import set_floor
from tonerloop.programs.keys import create_key

pytestmark = pytest.mark.django_db

# Addresses for everybody, logged in or not. A new one must be entered here on purpose.
PUBLIC = ("healthz", "readyz", "metrics", "account/", "admin/", "language/", "api/")
PUBLIC += ("by-mail/", "sales/sw.js")
OWN = (
    "",
    "switch/",
    "sessions/",
    "sessions/<int:session>/end/",
    "sessions/end/",
)  # for anybody who is logged in; they show only the person's own
SECRETS = ("Mori Law", "8,000", "8000", "C-1001", "3rd floor")  # the part numbers are everybody's


# Where a number is a collection request's.
OF_COLLECTIONS = ("order/collection/", "seller/collections/", "collector/", "recovery/", "driver/")


def addresses(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry


def portal_addresses() -> list[tuple[str, Any]]:
    """The addresses that are neither public nor everybody's own."""
    return [(r, e) for r, e in addresses() if r not in OWN and not r.startswith(PUBLIC)]


def test_every_portal_address_names_its_roles() -> None:
    unguarded = [r for r, e in portal_addresses() if not hasattr(e.callback, "portal_roles")]
    assert unguarded == []


Things = dict[str, Any]


@pytest.fixture
def things(order: Order, world: World) -> Things:
    """The cast's own things, by the name of the argument that leads to them."""
    from tonerloop.collection.models import CollectionRequest, Piece, Stray, Threshold
    from tonerloop.manufacturers.models import ApprovalRule
    from tonerloop.pricing.models import Floor, PriceAgreement, PurchasePrice
    from tonerloop.programs.models import ApiKey

    collection = CollectionRequest.objects.get()
    return {
        "number": order.number,
        "number of collection": collection.number,
        "identifier": collection.labels.order_by("pk")[0].identifier,
        "piece": Piece.objects.get().pk,
        "stray": Stray.objects.get().pk,
        "rule": Rule.objects.get().pk,
        "threshold": Threshold.objects.get().pk,
        "reward": Reward.objects.get().pk,
        "reward_order": RewardOrder.objects.get().pk,
        "year": collection.requested_at.year,
        "key": order.basket.key if order.basket else uuid4(),
        "line": order.lines.first().pk,  # type: ignore[union-attr]
        "customer": world.office.pk,
        "site": world.head.pk,
        "machine": world.copier.pk,
        "equipment": world.copier.pk,
        "agreement": PriceAgreement.objects.filter(customer=world.office).first().pk,  # type: ignore[union-attr]
        "purchase": PurchasePrice.objects.filter(seller=world.seller).first().pk,  # type: ignore[union-attr]
        "floor": Floor.objects.filter(seller=world.seller).get().pk,
        "group": world.group.pk,
        "tax": world.seller.tax_rates.get().pk,
        "membership": world.buyer.memberships.get().pk,
        "message": 1,
        "session": 1,
        "device": Device.objects.get().pk,
        "program": ApiKey.objects.get().pk,
        "approval_rule": ApprovalRule.objects.get().pk,
        "webhooks": webhooks_of(),
        "pk": 1,
        "consumable": world.black.pk,
        "code": code_of(world.copier.pk),
        "saved_list": SavedList.objects.get().pk,
        "absence": Absence.objects.get().pk,
    }


def fill(route: str, entry: Any, things: Things) -> str:
    """The address with the cast's own things in it; KeyError for an argument not known here."""
    sides = {"order": "buyer", "seller": "seller", "desk": "manufacturer"}
    known = things | things["webhooks"][sides.get(route.partition("/")[0], "collector")]
    if route.startswith(OF_COLLECTIONS):
        known["number"] = things["number of collection"]
    path = route
    for name, converter in entry.pattern.converters.items():
        path = path.replace(f"<{_kind(converter)}:{name}>", str(known[name]))
        path = path.replace(f"<{name}>", str(known[name]))
    assert "<" not in path, route
    return "/" + path


def webhooks_of() -> dict[str, Things]:
    """Of each side the endpoint, and a message to it."""
    deliveries = Delivery.objects.select_related("message", "endpoint")
    return {
        one.endpoint.side: {"hook": one.endpoint.key, "sent": one.message.message_id}
        for one in deliveries
    }


def automated(world: World) -> None:
    """A webhook of each party with a message, and a rule of the manufacturer."""
    for who in (world.buyer, world.back_office, world.desk, world.dispatcher):
        by = world.actor(who)
        url = "https://127.0.0.1/8,000"
        endpoint, _secret = webhooks.subscribe(url, "Mori Law", types_for(by.side), by=by)
        webhooks.send_test(endpoint.key, by=by)
    for entry in Entry.objects.filter(event="webhook.test"):
        announce([entry], timezone.now())
    begin_rule(Terms(name="Small", tolerance=Decimal(0)), by=world.actor(world.desk))


def _kind(converter: Any) -> str:
    return {"IntConverter": "int", "UUIDConverter": "uuid", "SlugConverter": "slug"}.get(
        type(converter).__name__, "str"
    )


# A change of any table of the product; the session's and the journal's are not meant.
WRITES = re.compile(
    r'\b(INSERT INTO|UPDATE|DELETE FROM)\s+"?'
    r"(orders|parties|fleet|pricing|catalogue|manufacturers|outbound|collection|points)_",
    re.IGNORECASE,
)


@contextmanager
def nothing_written(what: object) -> Iterator[None]:
    """Inside, no statement changes a table of the product, not even one that is undone again."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITES.search(sql):
            written.append(sql[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not written, what


ROLES = {
    "buyer": Role.BUYER,
    "rival_buyer": Role.BUYER,
    "foreign_buyer": Role.BUYER,
    "rival_sales": Role.SALESPERSON,
    "other_sales": Role.SALESPERSON,
    "rival_back_office": Role.BACK_OFFICE,
    "back_office": Role.BACK_OFFICE,
    "sales": Role.SALESPERSON,
    "rival_desk": Role.ORDER_DESK,
    "desk": Role.ORDER_DESK,
    "dispatcher": Role.DISPATCHER,
    "driver": Role.DRIVER,
    "clerk": Role.CLERK,
    "rival_dispatcher": Role.DISPATCHER,
    "rival_driver": Role.DRIVER,
    "rival_clerk": Role.CLERK,
}
RIVALS = (
    "rival_buyer",
    "foreign_buyer",
    "rival_sales",
    "rival_back_office",
    "rival_desk",
    "rival_dispatcher",
    "rival_driver",
    "rival_clerk",
)


def collected(world: World) -> None:
    """A collection of the buyer with a piece counted, on a driver's day before."""
    clerk = world.actor(world.clerk)
    world.rule()
    world.registered()
    request = world.collection(2)
    day = timezone.now().date() + timedelta(days=1)
    schedule([request.number], day=day, driver_id=world.driver.pk, by=world.actor(world.dispatcher))
    label = request.labels.order_by("pk")[0].identifier
    receiving.receive(label, by=clerk)
    receiving.count(request.number, label, What(consumable_id=world.black.pk), by=clerk)
    by = world.actor(world.desk)
    set_threshold(kind="pieces", amount=1, part_number="", since=None, by=by)
    receive_stray("nobody's", key=uuid4(), by=clerk)
    rewarded(world)
    set_floor(world.drum.pk, percent=Decimal(9), by=world.actor(world.back_office))


def rewarded(world: World) -> None:
    """Points of the buyer, some of them spent on a reward."""
    now = timezone.now()
    rule, day = Rule.objects.get(), now.date()
    last = day + timedelta(days=90)
    own = ledger.account_of(world.office, rule)
    ledger.earn(own, 500, rule, key="e", at=now, first=day, last=last)
    office, buyer = world.actor(world.back_office), world.actor(world.buyer)
    reward = offer_reward(kind="goods", name="Paper", about="", points=100, by=office)
    order_reward(reward.pk, key=uuid4(), by=buyer)


@pytest.fixture
def order(world: World, settings: Any) -> Order:
    settings.WEBHOOK_PRIVATE = True
    create_key("Order software", by=world.actor(world.desk))
    day = timezone.now().date() + timedelta(days=9)
    away = Away(person_id=world.other_sales.pk, first_day=day, last_day=day)
    record_absence(away, by=world.actor(world.back_office))
    automated(world)
    collected(world)
    placed = world.place()
    save_order(placed.number, "Monthly", by=world.actor(world.buyer))
    add_device(**Phone().given("https://push.example/p"), label="x", by=world.actor(world.sales))
    return confirm_price(placed.number, by=world.actor(world.sales))


@pytest.mark.parametrize("who", ROLES)
def test_the_wrong_role_is_kept_out(world: World, things: Things, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    for route, entry in portal_addresses():
        if ROLES[who] in entry.callback.portal_roles:
            continue
        path = fill(route, entry, things)
        with nothing_written((who, route)):
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 403, (who, route, answer.status_code)
                assert not leaks(answer), (who, route)


@pytest.mark.parametrize("who", RIVALS)
def test_a_rival_in_the_right_role_finds_nothing(world: World, things: Things, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    for route, entry in portal_addresses():
        if ROLES[who] not in entry.callback.portal_roles:
            continue
        path, foreign = fill(route, entry, things), bool(entry.pattern.converters)
        with nothing_written((who, route)) if foreign else nullcontext():
            for answer in (client.get(path), client.post(path)):
                assert not leaks(answer), (who, route)
                if foreign:
                    assert answer.status_code in (404, 405), (who, route, answer.status_code)


def test_the_logged_out_see_the_log_in(things: Things) -> None:
    client = Client()
    for route, entry in [(r, e) for r, e in addresses() if not r.startswith(PUBLIC)]:
        path = fill(route, entry, things)
        with nothing_written(route):
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 302, route
                assert answer.headers["Location"].startswith("/account/login/"), route


def test_what_is_written_is_seen(world: World) -> None:
    with pytest.raises(AssertionError), nothing_written("an order"):
        world.place()


def test_a_narrowed_buyer_finds_only_the_own_site(world: World, order: Order) -> None:
    client = Client()
    client.force_login(world.branch_buyer)
    assert client.get(f"/order/orders/{order.number}/").status_code == 404
    assert order.number not in client.get("/order/orders/").content.decode()


@pytest.mark.parametrize("who", ["buyer", "sales", "back_office", "desk"])
def test_the_admin_site_is_the_operators(world: World, who: str) -> None:
    client = Client()
    client.force_login(getattr(world, who))
    for path in ("/admin/", "/admin/orders/order/", "/admin/parties/person/"):
        answer = client.get(path)
        assert answer.status_code in (302, 403) and not leaks(answer)


def leaks(answer: Any) -> list[str]:
    """What of the cast's own things stands in an answer to a stranger."""
    if getattr(answer, "streaming", False):
        return []
    text = answer.content.decode(errors="replace")  # stickers are a PDF
    # A token of chance letters and figures may hold a secret's figures.
    alone = "(?<![0-9A-Za-z]){}(?![0-9A-Za-z])"
    return [secret for secret in SECRETS if re.search(alone.format(re.escape(secret)), text)]
