"""The day's stops, and a report from a browser without scripts."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.web.driver.conftest import labels, logged_in, planned, today
from tests.world import World
from tonerloop.collection.actions.requesting import cancel_collection
from tonerloop.collection.actions.scheduling import schedule
from tonerloop.collection.models import CollectionRequest, DriverReport
from tonerloop.common.references import grouped
from tonerloop.parties.models import Membership, Person

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_driver_begins_with_the_stops(phone: Client) -> None:
    assert phone.get("/").headers["Location"] == "/driver/"


def test_what_is_needed_at_the_door(phone: Client, stop: CollectionRequest) -> None:
    page = text_of(phone.get("/driver/"))
    for wanted in (
        "Mori Law",
        "Head office",
        grouped(stop.number),
        'href="geo:0,0?q=Head%20office%20street%201"',
        "https://www.openstreetmap.org/search?query=Head%20office",
        'href="tel:+81355550200"',
        "2 single pieces",
        "Scheduled",
    ):
        assert wanted in page, wanted


def test_in_the_order_of_the_plan(world: World, phone: Client, stop: CollectionRequest) -> None:
    second = planned(world, way="box")
    CollectionRequest.objects.filter(pk=stop.pk).update(position=9)
    page = text_of(phone.get("/driver/"))
    assert page.index(grouped(second.number)) < page.index(grouped(stop.number))
    assert "1 box, 2 pieces announced" in page


def test_the_days_to_come(world: World, phone: Client, stop: CollectionRequest) -> None:
    later = planned(world, after=3)
    page = text_of(phone.get("/driver/"))
    assert grouped(later.number) not in page
    day = f"/driver/?day={later.day:%Y-%m-%d}"
    assert day in page
    assert grouped(later.number) in text_of(phone.get(day))


def test_what_was_not_reported_yesterday_is_still_to_be_found(
    phone: Client, stop: CollectionRequest
) -> None:
    CollectionRequest.objects.filter(pk=stop.pk).update(day="2026-01-05")
    assert "/driver/?day=2026-01-05" in text_of(phone.get("/driver/"))


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-31", "\x00", "9" * 40])
def test_a_day_that_is_none_is_today(phone: Client, stop: CollectionRequest, day: str) -> None:
    assert grouped(stop.number) in text_of(phone.get("/driver/", {"day": day}))


def test_nothing_to_do(phone: Client) -> None:
    assert "No stops on this day" in text_of(phone.get("/driver/"))


def test_a_cancelled_stop_is_shown_and_not_reported(
    world: World, phone: Client, stop: CollectionRequest
) -> None:
    cancel_collection(stop.number, by=world.actor(world.buyer))
    page = text_of(phone.get("/driver/"))
    assert "Cancelled" in page and "Report this stop" not in page


def test_the_page_costs_the_same_for_many_stops(
    world: World, phone: Client, stop: CollectionRequest
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        phone.get("/driver/")
    for _more in range(5):
        planned(world)
    with CaptureQueriesContext(connection) as more:
        phone.get("/driver/")
    assert len(more) == len(few) <= 8


@pytest.mark.parametrize("who", ["dispatcher", "clerk", "buyer", "back_office"])
@pytest.mark.parametrize("path", ["/driver/", "/driver/sw.js"])
def test_other_roles_stay_out(world: World, who: str, path: str) -> None:
    assert logged_in(getattr(world, who)).get(path).status_code == 403


@pytest.mark.parametrize("who", ["rival_driver", "colleague"])
def test_the_stops_of_another_driver(world: World, stop: CollectionRequest, who: str) -> None:
    person = getattr(world, who, None) or Person.objects.create(email="c@example.com", name="Col")
    if who == "colleague":
        Membership.objects.create(person=person, role="driver", collector=world.collector)
    client = logged_in(person)
    assert grouped(stop.number) not in text_of(client.get(f"/driver/?day={stop.day}"))
    answer = client.post(f"/driver/{stop.number}/report/", {"outcome": "picked_up", "count": "1"})
    assert answer.status_code == 404
    assert not DriverReport.objects.exists()


def test_without_scripts_the_form_is_posted(phone: Client, stop: CollectionRequest) -> None:
    form = {"key": uuid4(), "outcome": "picked_up", "scans": "\r\n".join(labels(stop))}
    for _twice in range(2):
        answer = phone.post(f"/driver/{stop.number}/report/", form)
        assert answer.headers["Location"] == f"/driver/?day={today()}"
    stop.refresh_from_db()
    report = DriverReport.objects.get()
    assert (stop.status, report.identifiers, report.applied) == ("picked_up", labels(stop), True)
    assert "Reported." in text_of(phone.get("/driver/"))


def test_nobody_there(phone: Client, stop: CollectionRequest) -> None:
    form = {"outcome": "nobody_there", "scans": "thrown away", "note": "Closed until Monday"}
    phone.post(f"/driver/{stop.number}/report/", form)
    stop.refresh_from_db()
    assert (stop.status, stop.missed) == ("requested", "nobody_there")
    page = text_of(phone.get("/driver/"))
    assert "Nobody there" in page and "Report this stop" not in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"outcome": ""}, "Say what happened"),
        ({"outcome": "eaten"}, "Say what happened"),
        ({"scans": "B1234567890"}, "no label of ours"),
        ({"scans": "", "count": ""}, "Scan a label"),
        ({"outcome": "wrong_count"}, "Type how many there were"),
        ({"count": "many"}, "whole number"),
        ({"count": "501"}, "500"),
        ({"note": "x" * 201}, "200"),
        ({"note": "\x07"}, "cannot be printed"),
        ({"scans": "x" * 300}, "too many or too long"),
        ({"scans": "\n".join(["B1"] * 501)}, "too many or too long"),
    ],
)
def test_what_cannot_be_reported_stays_in_the_form(
    phone: Client, stop: CollectionRequest, wrong: dict[str, str], words: str
) -> None:
    form = {"outcome": "picked_up", "scans": labels(stop)[0], "note": "Back door", **wrong}
    answer = phone.post(f"/driver/{stop.number}/report/", form)
    assert answer.status_code == 422
    assert words in text_of(answer) and form["note"][:20] in text_of(answer)
    assert not DriverReport.objects.exists()


def test_a_report_too_late_is_kept(world: World, phone: Client, stop: CollectionRequest) -> None:
    cancel_collection(stop.number, by=world.actor(world.buyer))
    form = {"outcome": "picked_up", "count": "2"}
    answer = phone.post(f"/driver/{stop.number}/report/", form, follow=True)
    assert "Your report is kept" in text_of(answer)
    assert not DriverReport.objects.get().applied


def test_the_worker_keeps_what_the_page_needs(phone: Client) -> None:
    answer = phone.get("/driver/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    script = text_of(answer)
    for name in ("tonerloop.css", "tonerloop.js", "htmx.min.js", "driver.js", "queue.js"):
        assert "/static/" in script and name in script


def test_pages_say_whose_they_are(world: World, phone: Client) -> None:
    assert phone.get("/driver/").headers["Tonerloop-Person"] == str(world.driver.pk)


def test_a_stop_given_to_another_day_leaves(
    world: World, phone: Client, stop: CollectionRequest
) -> None:
    moved = schedule(
        [stop.number],
        day=planned(world, after=2).day,  # type: ignore[arg-type]
        driver_id=world.driver.pk,
        by=world.actor(world.dispatcher),
    )[0]
    assert grouped(moved.number) not in text_of(phone.get("/driver/"))
