"""What programs read of prices and points is noted for the audit as people's looks are."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.api.conftest import Program, problem
from tests.web.test_audit import rows
from tests.world import World
from tonerloop.journal.models import Look
from tonerloop.programs.keys import create_key

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, str]]:
    """(kind, key) of all looks."""
    return list(Look.objects.order_by("pk").values_list("subject_kind", "key"))


def test_prices_read_all_day_are_one_look_an_hour(
    world: World, office: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = office.key.split("_")[1]
    [first, *_more] = office.get("/agreements").json()["items"]
    assert office.get(f"/agreements/{first['id']}").status_code == 200
    assert office.get("/agreements").status_code == 200
    assert kept() == [("prices", prefix)]
    look = Look.objects.get()
    assert (look.seller_id, look.person_id) == (world.seller.pk, world.back_office.pk)
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr("tonerloop.journal.looking.timezone.now", lambda: later)
    assert office.get("/agreements").status_code == 200
    assert kept() == [("prices", prefix)] * 2


def test_each_key_and_kind_has_its_own(world: World, office: Program) -> None:
    _key, other = create_key("Other", by=world.actor(world.back_office))
    _key, buyers = create_key("Stock", by=world.actor(world.buyer))
    for program in (office, Program(other), Program(buyers)):
        program.get("/agreements")
        program.get("/points")
    assert sorted(kind for kind, _key in kept()) == ["points", "prices", "prices"]
    assert len({key for _kind, key in kept()}) == 3


def test_what_is_refused_or_not_there_is_no_look(world: World, office: Program) -> None:
    by = world.actor(world.back_office)
    _key, narrow = create_key("Orders only", by=by, scopes=["orders:read"])
    problem(Program(narrow).get("/agreements"), 403)
    problem(office.get("/agreements/999999999"), 404)
    assert office.get("/orders").status_code == 200
    assert kept() == []


def test_people_are_noted_each_time_and_read_it(
    world: World, office: Program, client: Client
) -> None:
    office.get("/agreements")
    client.force_login(world.back_office)
    for _each in range(2):
        client.get(reverse("seller:agreements"))
    assert rows(client, about="looks") == [("seen", "prices")] * 3
    assert "Program “" in client.get("/audit/").content.decode()
