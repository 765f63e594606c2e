"""Who is told of each step of a collection, in which words."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from tests.collection.test_flow import counted, scheduled, told
from tests.world import World
from tonerloop.collection.actions.driving import report_stop
from tonerloop.collection.actions.requesting import cancel_collection
from tonerloop.journal.models import Entry
from tonerloop.outbound.mail.writing import WRITERS
from tonerloop.outbound.models import Message
from tonerloop.outbound.routes import tell
from tonerloop.outbound.subjects import load
from tonerloop.points import ledger
from tonerloop.points.expiry import warn_all

pytestmark = pytest.mark.django_db
NEWS = {
    "collection.registered": "You take part in the collection service.",
    "collection.scheduled": "Your used cartridges will be picked up.",
    "collection.missed": "We could not pick up your used cartridges.",
    "collection.counted": "Your used cartridges have been counted.",
    "collection.cancelled": "This collection was cancelled.",
}


def mails() -> dict[str, str]:
    """Tell of everything, twice; each event's mail as its reader gets it."""
    found = {}
    for _ in range(2):
        for entry in Entry.objects.order_by("pk"):
            tell([entry], timezone.now())
    for message in Message.objects.filter(channel="email").order_by("pk"):
        with translation.override(message.language):
            mail = WRITERS[message.template](message, load(message.entry))
        assert message.recipient == "bea.buyer@example.com"
        found[message.entry.event] = f"{mail.subject}\n{mail.body}"
    return found


def test_the_buyer_is_told_once_of_what_is_waited_for(world: World) -> None:
    world.rule()
    world.registered()
    missed = scheduled(world, world.collection(2))
    report_stop(told(missed, "nobody_there"), by=world.actor(world.driver))
    cancel_collection(missed.number, "moved", by=world.actor(world.buyer))
    counted(world, scheduled(world, world.collection(3)))
    found = mails()
    assert {event: text.splitlines()[0] for event, text in found.items()} == NEWS
    assert "Points earned: 30" in found["collection.counted"]
    assert "Nobody there" in found["collection.missed"]
    assert "moved" in found["collection.cancelled"]


def test_it_speaks_the_readers_language(world: World) -> None:
    world.buyer.language = "ja"
    world.buyer.save()
    world.registered()
    assert "回収サービス" in mails()["collection.registered"]


def test_points_that_expire_are_warned_of(world: World) -> None:
    rule = world.rule()
    own = ledger.account_of(world.office, rule)
    now = timezone.now()
    last = now.date() + timedelta(days=9)
    ledger.earn(own, 40, rule, key="e", at=now, first=now.date(), last=last)
    warn_all(now)
    assert "40 of your points" in mails()["points.expiring"]
