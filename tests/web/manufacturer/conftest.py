"""The order desk's browser, and orders that came to it."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.world import World
from tonerloop.orders.actions import approve, confirm_price
from tonerloop.orders.models import Order

FRAMING = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture
def desk(world: World) -> Client:
    """The browser of the manufacturer's order desk, logged in."""
    return logged_in(world.desk)


@pytest.fixture
def asked(world: World) -> Order:
    """2 black and 1 cyan, price confirmed: waits for the desk."""
    return requested(world)


@pytest.fixture
def approved(world: World) -> Order:
    """The same, approved."""
    order = requested(world)
    return approve(order.number, order.expected_date, "C-1", by=world.actor(world.desk))


def requested(world: World) -> Order:
    """A new order that waits for the desk."""
    return confirm_price(world.place().number, by=world.actor(world.sales))


def logged_in(person: object) -> Client:
    client = Client()
    client.force_login(
        person,  # type: ignore[arg-type]
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def at(name: str, *which: object) -> str:
    """An address of the desk's portal; an order stands for its number."""
    found = [one.number if isinstance(one, Order) else one for one in which]
    return reverse(f"manufacturer:{name}", args=found)


def seen(order: Order, **more: str) -> dict[str, str]:
    """What a form of the order's page sends."""
    return {"version": str(order.version), **more}


def now(order: Order) -> Order:
    """The order as it is stored."""
    return Order.objects.get(pk=order.pk)
