"""A manufacturer's program: a key, and calls to the API."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.world import World
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import approve, confirm_price
from tonerloop.orders.models import Order
from tonerloop.programs.keys import create_key

ROOT = "/api/v1"


@dataclass
class Program:
    """Calls the API with its key, as bytes over Django's test client."""

    key: str

    def get(self, path: str, **query: str) -> Any:
        return Client().get(ROOT + path, query, headers=self.headers)

    def post(self, path: str, body: Any = b"", content_type: str = "application/json") -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client().post(ROOT + path, raw, content_type=content_type, headers=self.headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Any call; what makes something has a new `Idempotency-Key` unless one is given."""
        raw = b"" if body is None else json.dumps(body).encode()
        named = {"Idempotency-Key": str(uuid4()), **self.headers}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        kind = "application/json"
        return Client().generic(method, ROOT + path, raw, content_type=kind, headers=named)

    def answer(self, order: Order, **said: Any) -> Any:
        return self.post(f"/approval-requests/{order.number}/answer", said)

    def ship(self, order: Order, reference: str, *pairs: tuple[int, int], **more: Any) -> Any:
        lines = [{"position": position, "quantity": count} for position, count in pairs]
        given = {"reference": reference, "lines": lines, **more}
        return self.post(f"/orders/{order.number}/shipments", given)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


@pytest.fixture
def program(world: World) -> Program:
    """The order software of the manufacturer."""
    return Program(create_key("Order software", by=world.actor(world.desk))[1])


@pytest.fixture
def rival(world: World) -> Program:
    """The order software of the other manufacturer."""
    return Program(create_key("Rival software", by=world.actor(world.rival_desk))[1])


def program_of(world: World, name: str) -> Program:
    """The software of somebody of the cast; a clerk's key is made by the collector's office."""
    if not name.endswith("clerk"):
        return Program(create_key(f"{name}'s", by=world.actor(getattr(world, name)))[1])
    rival = "rival_" if name.startswith("rival") else ""
    office = world.actor(getattr(world, f"{rival}dispatcher"))
    centre = getattr(world, f"{rival}centre")
    return Program(create_key(f"{name}'s", centre_id=centre.pk, by=office)[1])


@pytest.fixture
def buyer(world: World) -> Program:
    """The customer's software."""
    return program_of(world, "buyer")


@pytest.fixture
def office(world: World) -> Program:
    """The seller's software."""
    return program_of(world, "back_office")


@pytest.fixture
def asked(world: World) -> Order:
    """2 black and 1 cyan, price confirmed: waits for an answer."""
    return requested(world)


@pytest.fixture
def approved(world: World) -> Order:
    """The same, approved."""
    order = requested(world)
    return approve(order.number, order.expected_date, "C-1", by=world.actor(world.desk))


def requested(world: World) -> Order:
    """A new order that waits for an answer."""
    return confirm_price(world.place().number, by=world.actor(world.sales))


def now(order: Order) -> Order:
    """The order as it is stored."""
    return Order.objects.get(pk=order.pk)


def yes(order: Order, **more: Any) -> dict[str, Any]:
    """An approval for the day the customer expects."""
    day = order.expected_date.isoformat()
    return {"answer": "approved", "promised_date": day, "reference": "C-7", **more}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem document of an answer, once it is found to be a right one."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == status
    for name in ("type", "title", "detail"):
        assert isinstance(found[name], str) and found[name], name
    return found


def kept() -> InboundMessage:
    """What came last."""
    return InboundMessage.objects.latest("pk")
