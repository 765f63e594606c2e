"""The buyer's collection service on screen: taking part, asking, printing, cancelling."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.collection.test_flow import counted
from tests.world import World
from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.orders.basket import open_basket
from tonerloop.orders.models import BasketLine, Order
from tonerloop.orders.quote import quote
from tonerloop.points import ledger
from tonerloop.points.models import Account

pytestmark = pytest.mark.django_db
BAND = {"collection-contact": "Bea", "collection-way": "box", "collection-terms": "on"}


@pytest.fixture
def shop(world: World) -> Client:
    client = Client()
    client.force_login(world.buyer)
    return client


def wish(world: World, **changes: Any) -> dict[str, Any]:
    given = {"key": str(uuid4()), "site": world.head.pk, "way": "pieces", "boxes": "1"}
    return {**given, "pieces": "3", "day": "", "note": "", **changes}


def test_taking_part_is_one_step_and_loses_nothing_typed(world: World, shop: Client) -> None:
    field = f"q-{world.copier.pk}-{world.black.pk}"
    given = {field: "4", "register": "1", "collection-site": world.head.pk, **BAND}
    page = shop.post("/order/", given, follow=True).content.decode()
    assert Registration.objects.get().contact == "Bea"
    assert BasketLine.objects.get().quantity == 4
    assert "Thank you for taking part" in page and 'value="4"' in page


def test_without_the_terms_nobody_takes_part_and_nothing_is_lost(
    world: World, shop: Client
) -> None:
    field = f"q-{world.copier.pk}-{world.black.pk}"
    given = {field: "4", "register": "1", "collection-site": world.head.pk, **BAND}
    del given["collection-terms"]
    answer = shop.post("/order/", given)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Agree to this to take part." in page
    assert 'value="Bea"' in page and 'value="4"' in page
    assert not Registration.objects.exists()


@pytest.mark.parametrize("site", ["rival", "x", ""])
def test_a_foreign_site_cannot_take_part(world: World, shop: Client, site: str) -> None:
    pk = world.rival_office.sites.get().pk if site == "rival" else site
    answer = shop.post("/order/", {"register": "1", "collection-site": pk, **BAND})
    assert answer.status_code == 422
    assert not Registration.objects.exists()


def test_the_band_explains_its_numbers_and_stays_cheap(world: World, shop: Client) -> None:
    world.rule()
    world.registered()
    counted(world, world.collection(2))
    shop.get("/order/")
    with CaptureQueriesContext(connection) as captured:
        page = shop.get("/order/").content.decode()
    assert "2 of 0 delivered since" in page and "20 points" in page and "¥100" in page
    sql = [
        q["sql"] for q in captured if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVE", "REL"))
    ]
    assert len(sql) <= 8 + 2, sql


def test_asking_twice_with_one_form_is_one_request(world: World, shop: Client) -> None:
    world.registered()
    given = wish(world)
    for _ in range(2):
        answer = shop.post("/order/collection/ask/", given)
        assert answer.status_code == 302
    request = CollectionRequest.objects.get()
    page = shop.get(f"/order/collection/{request.number}/").content.decode()
    for label in request.labels.all():
        assert str(label) in page


@pytest.mark.parametrize(
    ("field", "text"),
    [("pieces", "0"), ("pieces", "-1"), ("pieces", "12,000"), ("pieces", "many"), ("day", "x")],
)
def test_a_wrong_wish_keeps_what_was_typed(
    world: World, shop: Client, field: str, text: str
) -> None:
    world.registered()
    answer = shop.post("/order/collection/ask/", wish(world, **{field: text, "note": "Back door"}))
    page = answer.content.decode()
    assert answer.status_code == 422 and "Back door" in page
    assert not CollectionRequest.objects.exists()


@pytest.mark.parametrize("how", ["plain", "sheet", "zpl", "nonsense"])
def test_labels_print_in_each_form(world: World, shop: Client, how: str) -> None:
    world.registered()
    request = world.collection(3)
    answer = shop.get(f"/order/collection/{request.number}/labels/", {"as": how, "skip": "99999"})
    assert answer.status_code == 200
    assert answer.content.startswith(b"^XA" if how == "zpl" else b"%PDF")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_scanned_label_opens_the_readers_page(world: World, shop: Client) -> None:
    world.registered()
    request = world.collection(1)
    identifier = request.labels.get().identifier
    answer = shop.get(f"/l/{identifier}")
    assert answer.headers["Location"] == f"/order/collection/{request.number}/"
    assert shop.get("/l/B1234567890").status_code == 404


def test_points_are_used_at_review(world: World, shop: Client) -> None:
    world.rule()
    world.registered()
    counted(world, world.collection(2))
    key, _seen = world.reviewed({(world.copier.pk, world.black.pk): 2})
    page = shop.get("/order/review/").content.decode()
    assert "You have 20 from Kanda Supplies" in page
    by = world.actor(world.buyer)
    seen = json.dumps(quote(open_basket(by), by=by).seen())
    given = {"key": str(key), "seen": seen, "reference": "", "requested_date": ""}
    points = {f"points-{Account.objects.get().pk}-JPY": "21"}
    refused = shop.post("/order/review/", {**given, **points})
    assert refused.status_code == 422 and "You have 20 points." in refused.content.decode()
    assert not Order.objects.exists()
    shop.post("/order/review/", {**given, **dict.fromkeys(points, "20")})
    order = Order.objects.get()
    assert (order.points, order.reduction) == (20, 100)
    assert "20 points used" in shop.get(f"/order/orders/{order.number}/").content.decode()


def test_a_collection_is_cancelled_before_it_is_picked_up(world: World, shop: Client) -> None:
    world.registered()
    request = world.collection(1)
    where = f"/order/collection/{request.number}/cancel/"
    assert shop.post(where, {"version": "99"}).status_code == 409
    shop.post(where, {"version": request.version, "reason": "moved"})
    request.refresh_from_db()
    assert (request.status, request.cancel_reason) == ("cancelled", "moved")


def test_the_yearly_statement_is_a_pdf_of_the_own_customer(world: World, shop: Client) -> None:
    world.registered()
    counted(world, world.collection(2))
    year = CollectionRequest.objects.get().requested_at.year
    answer = shop.get(f"/order/collection/statement/{year}/")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert shop.get("/order/collection/statement/1999/").status_code == 404
    narrowed = Client()
    narrowed.force_login(world.branch_buyer)
    assert narrowed.get(f"/order/collection/statement/{year}/").status_code == 403


def test_points_of_both_issuers_are_used_at_one_review(world: World, shop: Client) -> None:
    rules = [world.rule(), world.rule(issuer_seller=None, issuer_manufacturer=world.maker)]
    now = timezone.now()
    fields = []
    for rule in rules:
        own, last = ledger.account_of(world.office, rule), now.date() + timedelta(days=90)
        ledger.earn(own, 100, rule, key=f"e{rule.pk}", at=now, first=now.date(), last=last)
        fields.append(f"points-{own.pk}-JPY")
    world.reviewed({(world.copier.pk, world.black.pk): 2})
    page = shop.get("/order/review/")
    text = page.content.decode()
    assert "Points of Kanda Supplies to use" in text and "Points of Canon to use" in text
    sent = {"key": page.context["quote"].basket.key, "seen": page.context["seen"]}
    wrong = shop.post("/order/review/", {**sent, fields[0]: "60", fields[1]: "101"})
    assert wrong.status_code == 422 and "You have 100 points." in wrong.content.decode()
    assert 'value="60"' in wrong.content.decode() and 'value="101"' in wrong.content.decode()
    shop.post("/order/review/", {**sent, fields[0]: "60", fields[1]: "40"})
    order = Order.objects.get()
    assert (order.points, order.reduction) == (100, 500)
    office = Client()
    office.force_login(world.back_office)
    for reader, path in ((shop, "/order/orders/"), (office, "/seller/orders/")):
        page = reader.get(f"{path}{order.number}/").content.decode()
        assert "Kanda Supplies stands for 60, worth ¥300" in page.replace("JP¥", "¥")
        assert "Canon stands for 40, worth ¥200" in page.replace("JP¥", "¥")
