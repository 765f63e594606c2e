"""The salesperson's phone."""

import pytest
from django.test import Client

from tests.world import World


@pytest.fixture
def phone(world: World) -> Client:
    """The phone of the salesperson in charge, logged in."""
    return logged_in(world.sales)


def logged_in(person: object) -> Client:
    client = Client()
    client.force_login(
        person,  # type: ignore[arg-type]
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client
