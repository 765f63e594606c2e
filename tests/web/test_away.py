"""The database goes away within a request: nothing is half done, and the same can come again."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from django.test import Client

from tests.api.conftest import Program, program_of
from tests.postgres import TestServer
from tests.stack import connected_to
from tests.world import World
from tonerloop.orders.actions import placing
from tonerloop.orders.basket import set_quantities
from tonerloop.orders.models import Basket, Order, OrderLine
from tonerloop.programs.models import KeptAnswer

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def cut(committed_db: TestServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Once, in the middle of placing: orders and lines are written, the journal is not."""
    real, name = placing.record, str(connection.settings_dict["NAME"])

    def end_session(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(placing, "record", real)
        assert Order.objects.exists()
        with committed_db.connected(name) as admin, connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())
        return real(*args, **kwargs)

    return lambda: monkeypatch.setattr(placing, "record", end_session)


def buyer_of(world: World) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.buyer)
    return client


def fields(page: Any) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(page.content.decode())}


def nothing_was_ordered() -> bool:
    return not Order.objects.exists() and not OrderLine.objects.exists()


def test_an_order_cut_off_in_a_browser_is_kept_on_the_page_and_placed_once(
    committed_world: World, cut: Callable[[], None]
) -> None:
    world = committed_world
    set_quantities({(world.copier.pk, world.black.pk): 2}, by=world.actor(world.buyer))
    client = buyer_of(world)
    typed = {**fields(client.get("/order/review/")), "reference": 'PO "7" <b>'}
    cut()
    answer = client.post("/order/review/", typed)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert nothing_was_ordered()
    assert not Basket.objects.filter(placed_at__isnull=False).exists()

    kept = fields(answer)
    assert kept["reference"] == 'PO "7" <b>' and kept["key"] == typed["key"]
    assert client.post("/order/review/", kept).status_code == 302
    assert client.post("/order/review/", kept).status_code == 302
    assert Order.objects.get().reference == 'PO "7" <b>'


def test_an_order_cut_off_at_a_program_is_placed_once_by_its_repeat(
    committed_world: World, cut: Callable[[], None]
) -> None:
    world = committed_world
    program: Program = program_of(world, "buyer")
    line = {"machine_id": world.copier.pk, "consumable_id": world.black.pk, "quantity": 1}
    same = {"Idempotency_Key": str(uuid4())}
    cut()
    answer = program.send("POST", "/orders", {"lines": [line]}, **same)
    assert answer.status_code == 503
    assert answer.json()["type"].endswith(":away")
    assert int(answer.headers["Retry-After"]) > 0
    assert nothing_was_ordered() and not KeptAnswer.objects.exists()
    for _ in range(2):
        assert program.send("POST", "/orders", {"lines": [line]}, **same).status_code == 201
    assert Order.objects.count() == 1


@pytest.fixture
def nowhere(django_db_setup: None, django_db_blocker: Any) -> Iterator[Client]:
    with django_db_blocker.unblock(), connected_to("nowhere"):
        yield Client(raise_request_exception=False)


def test_a_page_comes_again_by_itself(nowhere: Client) -> None:
    nowhere.cookies["tonerloop_session"] = "a" * 32
    answer = nowhere.get("/order/?machine=1")
    assert answer.status_code == 503
    text = answer.content.decode()
    assert 'http-equiv="refresh"' in text and 'href="/order/?machine=1"' in text
    assert "<form" not in text
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_a_password_is_never_written_into_a_page(nowhere: Client) -> None:
    given = {"login": "a@example.com", "password": "do not show me"}
    answer = nowhere.post("/account/login/", given)
    assert answer.status_code == 503
    assert "do not show me" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("error", [ValueError("ours"), psycopg.errors.UniqueViolation("ours")])
def test_our_own_mistake_is_told_as_ours(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("tonerloop.web.customer.review.quote", fail)
    answer = buyer_of(world).get("/order/review/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
