"""The buyer's browser."""

from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.world import World
from tonerloop.orders.models import Order

FRAMING = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture
def shop(world: World) -> Client:
    """The browser of the buyer, logged in."""
    return logged_in(world.buyer)


def logged_in(person: object) -> Client:
    client = Client()
    client.force_login(
        person,  # type: ignore[arg-type]
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def at(name: str, *which: object) -> str:
    """An address of the buyer's portal; an order stands for its number."""
    found = [one.number if isinstance(one, Order) else one for one in which]
    return reverse(f"customer:{name}", args=found)


def field(machine: Any, item: Any) -> str:
    """The name of a quantity field of the sheet."""
    return f"q-{machine.pk}-{item.pk}"


def confirmation(page: Any, **typed: str) -> dict[str, str]:
    """What the review's button sends."""
    given = {"key": str(page.context["quote"].basket.key), "seen": page.context["seen"]}
    return {**given, "reference": "", "requested_date": "", **typed}


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements but for those that frame a transaction."""
    every = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in every if not sql.startswith(FRAMING)]
