"""The driver's phone."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.world import World
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.models import CollectionRequest
from tonerloop.common.days import local_day

Scheduled = Callable[..., CollectionRequest]


def today() -> date:
    """The day at the collector's."""
    return local_day(timezone.now(), "Asia/Tokyo")


def planned(
    world: World, pieces: int = 2, *, after: int = 0, way: str = "pieces"
) -> CollectionRequest:
    """A request on the driver's day, so many days from today."""
    made = world.collection(pieces, way=way)
    by, day = world.actor(world.dispatcher), today() + timedelta(days=after)
    return schedule([made.number], day=day, driver_id=world.driver.pk, by=by)[0]


def labels(request: CollectionRequest) -> list[str]:
    """The identifiers of the request's labels."""
    return list(request.labels.order_by("pk").values_list("identifier", flat=True))


def logged_in(person: object) -> Client:
    """A browser in which somebody is logged in."""
    client = Client()
    client.force_login(
        person,  # type: ignore[arg-type]
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


@pytest.fixture
def stop(world: World) -> CollectionRequest:
    """A stop of the driver's today."""
    world.registered()
    return planned(world)


@pytest.fixture
def phone(world: World) -> Client:
    """The driver's phone, logged in."""
    return logged_in(world.driver)
