"""Who gets in: every operation, walked from the API itself, tried by every stranger."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import ROOT, Program, now, problem
from tests.world import World
from tonerloop.api.urls import api
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.programs.keys import create_key, revoke_key

pytestmark = pytest.mark.django_db
OPEN_LISTS = {"/approval-requests"}  # show only one's own, so a rival gets an empty one
SECRETS = ("Mori", "Kanda", "NPG-67", "Head office", '"5000"', '"8000"', "price_confirmed", "C-7")


def operations() -> Iterator[tuple[str, str]]:
    """(method, path) of every operation there is."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, (prefix + path).replace("//", "/")


OPERATIONS = sorted(operations())
KEYS = {
    "none": {},
    "empty": {"Authorization": ""},
    "no scheme": {"Authorization": "tl_12345678_abc"},
    "another scheme": {"Authorization": "Basic dGw6dGw="},
    "an empty key": {"Authorization": "Bearer "},
    "an unknown key": {"Authorization": "Bearer tl_12345678_abc"},
    "a long key": {"Authorization": "Bearer " + "tl_" * 5000},
    "a strange key": {"Authorization": "Bearer tl_ä_ö"},
    "a nul key": {"Authorization": "Bearer tl_\x00_x"},
}


def call(method: str, path: str, number: str, headers: dict[str, str]) -> Any:
    address = ROOT + path.replace("{number}", number)
    body = b'{"answer": "approved", "promised_date": "2026-12-24"}'
    kind = "application/json"
    return Client().generic(method, address, body, content_type=kind, headers=headers)


def untouched(order: Order, answer: Any) -> None:
    """Nothing was changed, nothing was kept, nothing is told."""
    assert now(order).version == order.version
    assert ApprovalRequest.objects.get().fetched_at is None
    text = answer.content.decode()
    assert not [secret for secret in (*SECRETS, order.number) if secret in text]


def test_the_walk_finds_operations() -> None:
    assert len(OPERATIONS) >= 5
    assert {"GET", "POST"} == {method for method, _path in OPERATIONS}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_without_a_right_key_nobody_gets_in(asked: Order, method: str, path: str, key: str) -> None:
    answer = call(method, path, asked.number, KEYS[key])
    assert problem(answer, 401)["type"] == "urn:tonerloop:problem:no-key"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    untouched(asked, answer)
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_revoked_key_is_as_good_as_none(
    world: World, asked: Order, method: str, path: str
) -> None:
    key, text = create_key("Old software", by=world.actor(world.desk))
    revoke_key(key.pk, by=world.actor(world.desk))
    answer = call(method, path, asked.number, Program(text).headers)
    problem(answer, 401)
    untouched(asked, answer)
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_key_with_another_ending_is_as_good_as_none(
    program: Program, asked: Order, method: str, path: str
) -> None:
    answer = call(method, path, asked.number, Program(program.key[:-1] + "*").headers)
    problem(answer, 401)
    untouched(asked, answer)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_rivals_key_finds_nothing(rival: Program, asked: Order, method: str, path: str) -> None:
    answer = call(method, path, asked.number, rival.headers)
    if path in OPEN_LISTS:
        assert answer.json() == {"items": [], "next": ""}
    else:
        problem(answer, 404)
    untouched(asked, answer)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_rival_is_answered_as_for_an_order_that_is_not(
    rival: Program, asked: Order, method: str, path: str
) -> None:
    theirs = call(method, path, asked.number, rival.headers)
    nobodys = call(method, path, "1234567890", rival.headers)
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_before_the_price_is_confirmed_there_is_nothing(
    world: World, program: Program, method: str, path: str
) -> None:
    order = world.place()
    answer = call(method, path, order.number, program.headers)
    assert order.number not in answer.content.decode()
    assert path in OPEN_LISTS or answer.status_code == 404
    assert now(order).version == order.version


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_persons_session_is_no_key(world: World, asked: Order, method: str, path: str) -> None:
    client = Client()
    client.force_login(world.desk)
    address = ROOT + path.replace("{number}", asked.number)
    problem(client.generic(method, address, b"{}", content_type="application/json"), 401)


@pytest.mark.parametrize("number", ["%00", "x", "%F0%9F%92%A9", "1" * 3000, "..", "%20", "%2F"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_number_that_is_none_is_not_found(
    program: Program, method: str, path: str, number: str
) -> None:
    if "{number}" in path:
        problem(call(method, path, number, program.headers), 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", sorted({path for _method, path in OPERATIONS}))
def test_another_method_is_a_problem_with_what_is_allowed(
    program: Program, asked: Order, method: str, path: str
) -> None:
    answer = call(method, path, asked.number, program.headers)
    assert answer.status_code == 405 and answer.headers["Allow"]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert method == "HEAD" or problem(answer, 405)
    assert now(asked).version == asked.version


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/approval-requests/", "/orders/1234567890", "/\x00"]
)
def test_an_address_that_is_not_there_is_a_problem(program: Program, path: str) -> None:
    problem(program.get(path), 404)
    problem(program.post(path), 404)
    problem(Client().get("/api" + path), 404)
