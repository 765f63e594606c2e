"""What phones send: once in effect, strictly read, nothing told to strangers."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.web.driver.conftest import labels, logged_in, planned
from tests.world import World
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.models import CollectionRequest, DriverReport
from tonerloop.journal.models import Entry
from tonerloop.parties.models import Membership, Person

pytestmark = pytest.mark.django_db


def report(stop: CollectionRequest, **more: Any) -> dict[str, Any]:
    """What a phone keeps of a stop."""
    facts = {
        "key": str(uuid4()),
        "number": stop.number,
        "outcome": "picked_up",
        "at": timezone.now().isoformat(),
        "scans": labels(stop),
        "count": None,
        "note": "",
    }
    return {**facts, **more}


def send(client: Client, driver: Person, *reports: Any) -> Any:
    return client.post(
        "/driver/reports/",
        json.dumps({"driver": driver.pk, "reports": reports}),
        content_type="application/json",
    )


def test_sent_twice_it_is_one(world: World, phone: Client, stop: CollectionRequest) -> None:
    told = report(stop)
    for _twice in range(2):
        answer = send(phone, world.driver, told, told)
        assert answer.status_code == 200
        assert answer.json() == {
            "reports": [{"key": told["key"], "applied": True, "problem": ""}] * 2
        }
    assert DriverReport.objects.count() == 1
    assert Entry.objects.filter(event="collection.picked_up").count() == 1


def test_told_when_it_happened(world: World, phone: Client, stop: CollectionRequest) -> None:
    then = timezone.now() - timedelta(hours=20)
    send(phone, world.driver, report(stop, at=then.isoformat()))
    stop.refresh_from_db()
    assert stop.picked_up_at == then


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_wrong_clock_loses_nothing(
    world: World, phone: Client, stop: CollectionRequest, at: str
) -> None:
    send(phone, world.driver, report(stop, at=at))
    stop.refresh_from_db()
    assert stop.picked_up_at and timezone.now() - stop.picked_up_at < timedelta(minutes=1)


def test_each_for_itself(world: World, phone: Client, stop: CollectionRequest) -> None:
    second = planned(world)
    wrong = report(stop, scans=["B1234567890"])
    good = report(second)
    first, other = send(phone, world.driver, wrong, good).json()["reports"]
    assert not first["applied"] and "no label of ours" in first["problem"]
    assert other == {"key": good["key"], "applied": True, "problem": ""}
    assert DriverReport.objects.get().request == second


def test_what_has_moved_on_is_kept(world: World, phone: Client, stop: CollectionRequest) -> None:
    send(phone, world.driver, report(stop))
    late = report(stop, outcome="nobody_there", scans=[])
    assert send(phone, world.driver, late).json()["reports"] == [
        {"key": late["key"], "applied": False, "problem": ""}
    ]


def test_told_again_after_the_stop_went_to_a_colleague(
    world: World, phone: Client, stop: CollectionRequest
) -> None:
    """The first answer was lost on the way; meanwhile the office gave the stop to another."""
    told = report(stop, outcome="nobody_there", scans=[])
    send(phone, world.driver, told)
    colleague = Person.objects.create(email="c@example.com", name="Col")
    Membership.objects.create(person=colleague, role="driver", collector=world.collector)
    by = world.actor(world.dispatcher)
    day = timezone.now().date() + timedelta(days=1)
    schedule([stop.number], day=day, driver_id=colleague.pk, by=by)
    assert send(phone, world.driver, told).json()["reports"][0]["applied"]
    again = report(stop)
    assert "not yours" in send(phone, world.driver, again).json()["reports"][0]["problem"]


def test_a_foreign_stop_tells_nothing(world: World, stop: CollectionRequest) -> None:
    rival = logged_in(world.rival_driver)
    foreign = send(rival, world.rival_driver, report(stop)).json()["reports"][0]
    none = send(rival, world.rival_driver, report(stop, number="1234567890")).json()["reports"][0]
    assert foreign["problem"] == none["problem"] != ""
    assert "Mori" not in json.dumps(foreign)
    assert not DriverReport.objects.exists()


def test_nobody_sends_what_another_driver_made(
    world: World, phone: Client, stop: CollectionRequest
) -> None:
    answer = send(phone, world.rival_driver, report(stop))
    assert answer.status_code == 409 and "Somebody else" in answer.json()["problem"]
    assert not DriverReport.objects.exists()


WRONG: list[dict[str, Any]] = [
    {"key": "1"},
    {"key": 7},
    {"number": "12345"},
    {"number": "１２３４５６７８９０"},
    {"number": None},
    {"outcome": "eaten"},
    {"outcome": []},
    {"at": "yesterday"},
    {"at": "2026-02-31T10:00:00Z"},
    {"at": "2026-02-03T10:00:00"},
    {"at": 5},
    {"scans": "B1"},
    {"scans": [1]},
    {"scans": ["x" * 201]},
    {"scans": ["B1"] * 501},
    {"scans": ["\x00"]},
    {"count": "2"},
    {"count": True},
    {"count": -1},
    {"count": 501},
    {"count": 1.5},
    {"count": 10**30},
    {"note": "x" * 201},
    {"note": "bell \x07"},
    {"note": "\ud800"},
    {"note": "\u202e"},
    {"note": None},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: ascii(wrong)[:40])
def test_what_is_no_report_is_refused(
    world: World, phone: Client, stop: CollectionRequest, wrong: dict[str, Any]
) -> None:
    answer = send(phone, world.driver, report(stop, **wrong))
    assert answer.status_code == 422, answer.content
    assert answer.json()["problem"]
    assert not DriverReport.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"driver": 1}',
        b'{"driver": "1", "reports": []}',
        b'{"driver": true, "reports": []}',
        b'{"driver": 1, "reports": {}}',
        b'{"driver": 1, "reports": [1]}',
        b'{"driver": 1, "reports": [{}]}',
        b'{"driver": NaN, "reports": []}',
        b'{"driver": 1, "reports": [' + b"{}," * 50 + b"{}]}",
        b"[" * 100_000,
        b"9" * 5000,
        b" " * 600_000,
        b" " * 1_200_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_list_of_reports_is_refused(phone: Client, body: bytes) -> None:
    answer = phone.post("/driver/reports/", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["problem"]


def test_who_may_send(world: World, stop: CollectionRequest) -> None:
    told = report(stop)
    assert send(logged_in(world.clerk), world.driver, told).status_code == 403
    assert send(Client(), world.driver, told).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.driver)
    assert send(strict, world.driver, told).status_code == 403
    assert not DriverReport.objects.exists()
