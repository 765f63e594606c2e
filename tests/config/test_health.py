"""Alive is not ready: what /healthz and /readyz say when something is missing."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.stack import connected_to
from tonerloop.config.health import BEHIND

WELL = {"database": True, "migrations": True, "worker": True, "schedule": True}


def checks(client: Client, path: str = "/readyz") -> tuple[int, dict[str, bool]]:
    answer = client.get(path)
    return answer.status_code, answer.json()["checks"]


def beat(ago: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval)",
            [ago],
        )


def swept(ago: str) -> None:
    """The sweep of stalled jobs was due so long ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, periodic_id)"
            " VALUES ('outbound.rescue', extract(epoch FROM now() - %s::interval)::bigint, '')",
            [ago],
        )


@pytest.mark.django_db
def test_a_missing_worker_is_told_and_counts_only_when_asked(client: Client) -> None:
    assert checks(client) == (200, {**WELL, **dict.fromkeys(BEHIND, False)})
    assert checks(client, "/readyz?worker=1")[0] == 503
    beat("5 minutes")
    assert checks(client, "/readyz?worker=1")[0] == 503
    beat("5 seconds")
    assert checks(client, "/readyz?worker=1") == (200, {**WELL, "schedule": False})


@pytest.mark.django_db
def test_a_clock_that_stands_still_is_told_and_counts_only_when_asked(client: Client) -> None:
    beat("5 seconds")
    swept("5 minutes")
    assert checks(client, "/readyz?worker=1&schedule=1")[0] == 503
    swept("20 seconds")
    assert checks(client, "/readyz?worker=1&schedule=1") == (200, WELL)


@pytest.mark.django_db
def test_a_missing_migration_is_told(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'journal'")
    assert checks(client) == (503, {**WELL, "migrations": False, **dict.fromkeys(BEHIND, False)})


@pytest.fixture
def no_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), connected_to("nowhere"):
        yield


def test_without_a_database_it_is_alive_and_not_ready(no_database: None, client: Client) -> None:
    assert checks(client) == (503, dict.fromkeys(WELL, False))
    assert client.get("/healthz").content == b"ok\n"


def test_they_are_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
