"""A receiver that listens, and the moves of a worker without one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.webhooks.receiver import Receiver, receiving
from tests.world import World
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.outbound.models import Delivery, Endpoint
from tonerloop.outbound.routes import FOLLOWS
from tonerloop.outbound.webhooks import actions
from tonerloop.outbound.webhooks.announcing import announce
from tonerloop.outbound.webhooks.sending import send
from tonerloop.outbound.webhooks.types import types_for


@pytest.fixture(autouse=True)
def _private(settings: Any) -> None:
    settings.WEBHOOK_PRIVATE = True  # the receivers are on this machine


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


class Clock:
    """`timezone.now()` as the test has it: it stands still until it is moved."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr("django.utils.timezone.now", moved)
    return moved


Subscribe = Callable[..., tuple[Endpoint, str]]


@pytest.fixture
def subscribe(world: World, receiver: Receiver) -> Subscribe:
    """An endpoint of somebody at the receiver: `subscribe(world.back_office, "order.placed")`."""

    def make(who: Any, *events: str, url: str = "") -> tuple[Endpoint, str]:
        by = world.actor(who)
        wanted = events or types_for(by.side)
        return actions.subscribe(url or receiver.url, "ERP", wanted, by=by)

    return make


def dispatched(*events: str) -> None:
    """Do what the job of each entry does, of these events or of all, in their order."""
    entries = Entry.objects.filter(event__in=events) if events else Entry.objects.all()
    for entry in entries.order_by("pk"):
        announce([entry], timezone.now())
        if follow := FOLLOWS.get(Event(entry.event)):
            follow([entry], timezone.now())


def worked(most: int = 100) -> int:
    """Run the jobs that are due until nothing more happens; how many requests were tried."""
    tried = 0
    while tried < most:
        before = attempts()
        due = Delivery.objects.filter(next_at__lte=timezone.now()).order_by("pk")
        for pk in list(due.values_list("pk", flat=True)):
            send(pk)
        if attempts() == before:
            return tried
        tried += attempts() - before
    raise AssertionError(f"more than {most} attempts")


def attempts() -> int:
    from tonerloop.outbound.models import Attempt

    return Attempt.objects.count()
