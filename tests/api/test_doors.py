"""Who gets in: every operation, walked from the contract, tried by every stranger."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.api.conftest import ROOT, Program, problem, program_of
from tests.house.test_strangers import collected
from tests.world import World
from tonerloop.api.urls import api
from tonerloop.catalogue.models import EquipmentModel
from tonerloop.collection.models import CollectionRequest
from tonerloop.common.actor import Role
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import confirm_price
from tonerloop.orders.models import ApprovalRequest, Order
from tonerloop.pricing.models import PriceAgreement
from tonerloop.programs.keys import create_key, revoke_key
from tonerloop.programs.models import ApiKey, Call
from tonerloop.programs.scopes import OF_ROLE

pytestmark = pytest.mark.django_db
CONTRACT = api.get_openapi_schema()
# What is only the cast's own; names of makers and part numbers are everybody's.
SECRETS = ("Mori", "Head office", "8000", "7500", "C-1001", "3rd floor", "Bea Buyer")
ROLES = {
    "buyer": Role.BUYER,
    "back_office": Role.BACK_OFFICE,
    "desk": Role.ORDER_DESK,
    "dispatcher": Role.DISPATCHER,
    "clerk": Role.CLERK,
}
RIVALS = {
    "rival_buyer": Role.BUYER,
    "foreign_buyer": Role.BUYER,
    "rival_back_office": Role.BACK_OFFICE,
    "rival_desk": Role.ORDER_DESK,
    "rival_dispatcher": Role.DISPATCHER,
    "rival_clerk": Role.CLERK,
}
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
CATALOGUE = ("/models", "/consumables")  # everybody reads all of it


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, path, what the contract says of it) of every operation there is."""
    for path, verbs in CONTRACT["paths"].items():
        for method, operation in verbs.items():
            yield method.upper(), path.removeprefix(ROOT), operation


OPERATIONS = list(operations())


class Things:
    """The cast's own things, and bodies that would change them in the right hands."""

    def __init__(self, world: World) -> None:
        collected(world)
        self.order = confirm_price(world.place().number, by=world.actor(world.sales))
        self.collection = CollectionRequest.objects.get()
        self.label = self.collection.labels.order_by("pk")[1].identifier
        agreement = PriceAgreement.objects.filter(customer=world.office).first()
        assert agreement
        self.ids = {
            "customer_id": world.office.pk,
            "site_id": world.head.pk,
            "machine_id": world.copier.pk,
            "agreement_id": agreement.pk,
            "model_id": EquipmentModel.objects.filter(manufacturer=world.maker).first().pk,  # type: ignore[union-attr]
            "consumable_id": world.black.pk,
        }
        self.world = world

    def path(self, path: str) -> str:
        """The address with the cast's own things in it."""
        number = self.order.number
        if path.startswith("/collections/"):
            number = self.collection.number
        for name, value in {**self.ids, "number": number}.items():
            path = path.replace("{" + name + "}", str(value))
        assert "{" not in path, path
        return path

    def body(self, method: str, path: str) -> Any:
        """A body that the operation takes; KeyError for one that this test does not know."""
        if method == "GET":
            return None
        return _bodies(self, self.world)[path]


def _bodies(things: Things, world: World) -> dict[str, Any]:
    day = (timezone.now() + timedelta(days=3)).date().isoformat()
    money = {"amount": "100", "currency": "JPY"}
    line = {"consumable_id": world.black.pk, "quantity": 1}
    machine = {"model_id": things.ids["model_id"], "site_id": world.head.pk}
    piece = {"label": things.label, "condition": "reusable", "consumable_id": world.black.pk}
    salesperson = {"salesperson_id": world.sales.pk}
    return {
        "/orders": {"lines": [{**line, "machine_id": world.copier.pk}]},
        "/orders/{number}/cancel": {"reason": "duplicate"},
        "/orders/{number}/accept": {},
        "/orders/{number}/decline": None,
        "/orders/{number}/reply": {"text": "Yes"},
        "/orders/{number}/confirm-delivery": {},
        "/orders/{number}/confirm-price": None,
        "/orders/{number}/propose": {"lines": [{"position": 1, "unit_price": money}]},
        "/orders/{number}/ask": {"text": "Which?"},
        "/orders/{number}/returns": {
            "reason": "wrong_item",
            "lines": [{"position": 1, "quantity": 1}],
        },
        "/approval-requests/{number}/answer": {"answer": "approved", "promised_date": day},
        "/orders/{number}/shipments": {
            "reference": "DN-1",
            "lines": [{"position": 1, "quantity": 1}],
        },
        "/orders/{number}/delivery": None,
        "/customers": {"number": "K-77", "name": "New", **salesperson},
        "/customers/{customer_id}": {"name": "Renamed"},
        "/customers/{customer_id}/sites": {"name": "New", "address": "New street"},
        "/sites/{site_id}": {"name": "Renamed"},
        "/sites/{site_id}/close": None,
        "/sites/{site_id}/reopen": None,
        "/customers/{customer_id}/machines": {
            **machine,
            "serial_number": "N-1",
            "location": "New room",
        },
        "/machines/{machine_id}": {"location": "New room"},
        "/machines/{machine_id}/retire": None,
        "/machines/{machine_id}/restore": None,
        "/agreements": {
            "consumable_id": world.black.pk,
            "customer_id": world.office.pk,
            "unit_price": money,
            "first_day": day,
        },
        "/agreements/{agreement_id}/end": {"last_day": day},
        "/models": {"name": "New model"},
        "/models/{model_id}": {"name": "Renamed"},
        "/consumables": {"part_number": "N-1", "kind": "toner"},
        "/consumables/{consumable_id}": {"name": "Renamed"},
        "/collections": {"site_id": world.head.pk, "way": "pieces", "pieces": 2},
        "/collections/{number}/cancel": {},
        "/collection-schedule": {
            "numbers": [things.collection.number],
            "day": day,
            "driver_id": world.driver.pk,
        },
        "/receipts": {"label": things.label},
        "/collections/{number}/pieces": piece,
        "/collections/{number}/close": None,
    }


@pytest.fixture
def things(world: World, settings: Any) -> Things:
    settings.API_PER_MINUTE = settings.API_FAILED_PER_MINUTE = 100_000
    return Things(world)


def snapshot() -> str:
    """A fingerprint of all that the product keeps, but for what programs sent and how often."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
            " AND table_name ~ '^(orders|parties|fleet|pricing|catalogue|outbound|collection"
            "|points|journal)_' ORDER BY 1"
        )
        found = []
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t")  # noqa: S608 - names from the catalogue
            row = cursor.fetchone()
            found.append(f"{name} {row[0] if row else ''}")
    return "\n".join(found)


def told(answer: Any) -> list[str]:
    """What of the cast's own things stands in an answer."""
    text = answer.content.decode()
    return [secret for secret in SECRETS if secret in text]


def test_the_walk_finds_operations() -> None:
    assert len(OPERATIONS) >= 45
    assert {method for method, *_more in OPERATIONS} == {"GET", "POST", "PATCH"}


@pytest.mark.parametrize("key", KEYS)
def test_without_a_right_key_nobody_gets_in(things: Things, key: str) -> None:
    before = snapshot()
    # One wrong key tries every door, the others some: what tells keys apart is one function.
    for method, path, _operation in OPERATIONS[:: 1 if key == "an unknown key" else 15]:
        body = things.body(method, path)
        answer = Program("").send(method, things.path(path), body, **KEYS[key])
        assert problem(answer, 401)["type"] == "urn:tonerloop:problem:no-key", (method, path)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert not told(answer)
    assert snapshot() == before
    assert not InboundMessage.objects.exists() and not Call.objects.exists()


@pytest.mark.parametrize("how", ["revoked", "ended", "with another ending"])
def test_a_key_that_was_right_is_as_good_as_none(things: Things, world: World, how: str) -> None:
    before = snapshot()
    for name in ROLES:
        text = program_of(world, name).key
        if how == "revoked":
            owner = "dispatcher" if name == "clerk" else name
            revoke_key(ApiKey.objects.latest("pk").pk, by=world.actor(getattr(world, owner)))
        elif how == "ended":
            ApiKey.objects.update(expires_at=timezone.now())
        else:
            text = text[:-1] + "*"
        for method, path, _operation in OPERATIONS[::10]:
            answer = Program(text).send(method, things.path(path), things.body(method, path))
            problem(answer, 401)
    assert snapshot().split("journal_")[0] == before.split("journal_")[0]


@pytest.mark.parametrize("who", [*ROLES, *RIVALS])
def test_another_role_is_told_so_and_changes_nothing(
    things: Things, world: World, who: str
) -> None:
    program, role, before = program_of(world, who), {**ROLES, **RIVALS}[who], snapshot()
    for method, path, operation in OPERATIONS:
        if role not in operation["x-roles"]:
            answer = program.send(method, things.path(path), things.body(method, path))
            assert problem(answer, 403)["type"].endswith(":not-allowed"), (method, path)
            assert not told(answer), (method, path)
    after = snapshot()
    assert after == before


@pytest.mark.parametrize("who", ROLES)
def test_a_key_without_the_scope_is_told_so(things: Things, world: World, who: str) -> None:
    program, role = program_of(world, who), ROLES[who]
    key, before = ApiKey.objects.latest("pk"), snapshot()
    for method, path, operation in OPERATIONS:
        if role in operation["x-roles"]:
            key.scopes = [scope for scope in OF_ROLE[role] if scope != operation["x-scope"]]
            key.save()
            answer = program.send(method, things.path(path), things.body(method, path))
            problem(answer, 403)
            assert not told(answer), (method, path)
    assert snapshot() == before


@pytest.mark.parametrize("who", RIVALS)
def test_a_rival_in_the_right_role_finds_nothing(things: Things, world: World, who: str) -> None:
    program, role, before = program_of(world, who), RIVALS[who], snapshot()
    mine = [one for one in OPERATIONS if role in one[2]["x-roles"]]
    for method, path, _operation in mine:
        if "{" not in path or (method == "GET" and path.startswith(CATALOGUE)):
            continue
        theirs = program.send(method, things.path(path), things.body(method, path))
        problem(theirs, 404)
        assert not told(theirs), (method, path)
        nobodys = program.send(method, _nobodys(path), things.body(method, path))
        assert theirs.content == nobodys.content, (method, path)
    assert snapshot() == before
    for method, path, _operation in mine:
        if "{" not in path:
            answer = program.send(method, path, things.body(method, path))
            assert answer.status_code in (200, 201, 404, 422), (method, path)
            assert not told(answer), (method, path)
    assert Order.objects.get().version == things.order.version
    assert ApprovalRequest.objects.get().fetched_at is None


def _nobodys(path: str) -> str:
    path = path.replace("{number}", "1234567890")
    for name in ("customer", "site", "machine", "agreement", "model", "consumable"):
        path = path.replace("{" + name + "_id}", "999999999")
    return path


@pytest.mark.parametrize("who", ROLES)
def test_the_right_key_gets_in_everywhere(things: Things, world: World, who: str) -> None:
    program = program_of(world, who)
    for method, path, operation in OPERATIONS:
        if ROLES[who] in operation["x-roles"]:
            answer = program.send(method, things.path(path), things.body(method, path))
            assert answer.status_code in (200, 201, 409, 422), (method, path, answer.content)
            if answer.status_code == 422:  # the state is not such, but the body is
                assert problem(answer, 422)["type"].endswith(":refused"), (path, answer.content)


def test_before_the_price_is_confirmed_the_manufacturer_finds_nothing(
    world: World, program: Program
) -> None:
    order = world.place()
    for path in ("", f"/{order.number}"):
        answer = program.get(f"/approval-requests{path}")
        assert order.number not in answer.content.decode()
    answer = program.post(f"/approval-requests/{order.number}/answer", {"answer": "approved"})
    problem(answer, 404)


def test_a_persons_session_is_no_key(things: Things, world: World) -> None:
    client = Client()
    client.force_login(world.desk)
    for method, path, _operation in OPERATIONS:
        problem(client.generic(method, ROOT + things.path(path), b"{}"), 401)


STRANGE = ["%00", "%F0%9F%92%A9", "1" * 3000, "9" * 30]


@pytest.mark.parametrize("who", ["buyer", "back_office", "desk", "clerk"])
def test_a_number_that_is_none_is_not_found(things: Things, world: World, who: str) -> None:
    program = program_of(world, who)
    for method, path, operation in OPERATIONS:
        if ROLES[who] not in operation["x-roles"] or "{" not in path:
            continue
        for strange in STRANGE:
            start, _brace, rest = path.partition("{")
            address = start + strange + rest.partition("}")[2]
            answer = program.send(method, address, things.body(method, path))
            expected = (404,) if "{number}" in path else (404, 422)
            assert answer.status_code in expected, (method, address, answer.content)


def test_another_method_is_a_problem_with_what_is_allowed(things: Things, program: Program) -> None:
    taken = {(method, path) for method, path, _operation in OPERATIONS}
    for path in {path for _method, path, _operation in OPERATIONS}:
        for method in ("PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            if (method, path) in taken:
                continue
            answer = program.send(method, things.path(path))
            assert answer.status_code == 405 and answer.headers["Allow"]
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert method == "HEAD" or problem(answer, 405)


@pytest.mark.parametrize(
    "path", ["/", "/nothing", "/approval-requests/", "/orders/1234567890/", "/\x00"]
)
def test_an_address_that_is_not_there_is_a_problem(program: Program, path: str) -> None:
    problem(program.get(path), 404)
    problem(program.post(path), 404)
    problem(Client().get("/api" + path), 404)


def test_a_narrowed_buyer_cannot_make_a_key(world: World) -> None:
    from tonerloop.common.actor import NotAllowed

    with pytest.raises(NotAllowed):
        create_key("Wider", by=world.actor(world.branch_buyer))
