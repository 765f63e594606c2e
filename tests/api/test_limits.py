"""So many calls a minute, by key and by address, counted together by all processes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.api.conftest import ROOT, Program, problem, program_of
from tests.world import World
from tonerloop.programs import answers, limits
from tonerloop.programs.keys import create_key, key_of
from tonerloop.programs.models import Call, KeptAnswer, Used
from tonerloop.programs.tasks import forget

NOW = datetime(2026, 11, 24, 9, 30, 20, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment it is, to be set."""
    now = [NOW]
    monkeypatch.setattr("tonerloop.programs.limits.timezone.now", lambda: now[0])
    return now


@pytest.mark.django_db
def test_what_is_left_is_told_and_beyond_it_nothing_is_done(
    world: World, office: Program, settings: Any, clock: list[datetime]
) -> None:
    settings.API_PER_MINUTE = 3
    left = []
    for _turn in range(3):
        answer = office.get("/customers")
        left.append(answer.headers["RateLimit"])
        assert answer.headers["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert left == [f'"minute";r={n};t=40' for n in (2, 1, 0)]
    facts = {"number": "K-9", "name": "New", "salesperson_id": world.sales.pk}
    refused = office.send("POST", "/customers", facts)
    assert problem(refused, 429)["type"].endswith(":too-many")
    assert refused.headers["Retry-After"] == "40"
    assert not Call.objects.exists()
    clock[0] += timedelta(seconds=40)
    assert office.get("/customers").headers["RateLimit"] == '"minute";r=2;t=60'


@pytest.mark.django_db
def test_one_key_does_not_use_up_anothers(
    world: World, office: Program, buyer: Program, settings: Any
) -> None:
    settings.API_PER_MINUTE = 1
    assert office.get("/customers").status_code == 200
    problem(office.get("/customers"), 429)
    assert buyer.get("/orders").status_code == 200


@pytest.mark.django_db
def test_guessing_keys_is_slowed_down_and_the_right_one_still_gets_in(
    office: Program, settings: Any
) -> None:
    settings.API_FAILED_PER_MINUTE = 2
    guess = Program("tl_12345678_guess")
    assert [guess.get("/orders").status_code for _turn in range(4)] == [401, 401, 429, 429]
    assert Program("").get("/orders").status_code == 429
    assert office.get("/orders").status_code == 200


@pytest.mark.django_db
def test_behind_a_proxy_the_address_is_what_the_proxy_saw(settings: Any) -> None:
    settings.API_FAILED_PER_MINUTE = 1

    def ask(seen: str) -> int:
        return Client().get(f"{ROOT}/orders", headers={"X-Forwarded-For": seen}).status_code

    assert [ask("9.9.9.1"), ask("9.9.9.2")] == [401, 429]  # the header counts for nothing
    settings.PROXIES = 1
    assert [ask("1.1.1.1, 8.8.8.1"), ask("8.8.8.2"), ask("2.2.2.2, 8.8.8.1")] == [401, 401, 429]


@pytest.mark.django_db
def test_a_machine_whose_clock_lags_gives_nobody_more(clock: list[datetime]) -> None:
    limits.count_look("k", 10)
    clock[0] -= timedelta(minutes=1)
    limits.count_look("k", 10)
    clock[0] += timedelta(minutes=1)
    assert limits.count_look("k", 10).left == 7


def test_calls_at_the_same_moment_are_all_counted(committed_db: object) -> None:
    def count(_turn: int) -> int:
        try:
            return limits.count_look("k", 1000).left
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        left = sorted(pool.map(count, range(40)))
    assert left == list(range(960, 1000)) or Used.objects.get().calls < 40  # a minute may end


@pytest.mark.django_db
def test_a_key_is_looked_up_and_counted_in_one_statement(
    world: World, django_assert_num_queries: Any
) -> None:
    key, text = create_key("Program", by=world.actor(world.buyer))
    assert key_of(text)  # its use is noted once a minute
    with django_assert_num_queries(1):
        found = key_of(text)
    assert found
    assert found.calls_now == 2 or Used.objects.get().minute > key.created_at  # a minute may end
    assert key_of(text + "x") is None
    assert Used.objects.get().calls == found.calls_now  # what is not the key counts for it nothing


@pytest.mark.django_db
def test_what_nobody_asks_for_is_forgotten(world: World) -> None:
    program_of(world, "buyer").get("/orders")
    long_ago = timezone.now() - answers.KEPT - timedelta(days=1)
    KeptAnswer.objects.create(owner="seller:1", key="old", digest="x", at=long_ago)
    KeptAnswer.objects.create(owner="seller:1", key="new", digest="x", at=timezone.now())
    Used.objects.create(bucket="key:old", minute=long_ago, calls=1)
    forget(0)
    assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["new"]
    assert not Used.objects.filter(bucket="key:old").exists() and Used.objects.exists()
