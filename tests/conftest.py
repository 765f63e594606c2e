"""What every test stands on: a database with the application's own rights, the cast, no network."""

import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.postgres import FOLDER, TestServer

FIRST = FOLDER not in os.environ
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = f"test_{WORKER}"

server = TestServer()
os.environ["DATABASE_URL"] = server.url(DATABASE)
os.environ["DJANGO_SETTINGS_MODULE"] = "tonerloop.config.settings"
os.environ["TONERLOOP_HOME"] = str(server.folder / WORKER)
os.environ["TONERLOOP_SECRET_KEY"] = "only for tests"

from tonerloop.config import settings  # noqa: E402 - reads the variables above

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a log-in in 1 ms
settings.STORAGES["staticfiles"] = {  # pages are rendered without gathering static files first
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
settings.ALLOWED_HOSTS.append("testserver")

import django  # noqa: E402

django.setup()

from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as examples  # noqa: E402

examples.register_profile(
    "ci",
    derandomize=True,
    max_examples=50,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
examples.register_profile("search", parent=examples.get_profile("ci"), derandomize=False)
examples.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

from tests.world import World, make_world  # noqa: E402


def pytest_unconfigure() -> None:
    server.stop()
    if FIRST:
        shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A migrated database of this process's own, used as `tonerloop_app`."""
    from django.db import connections

    server.make(DATABASE)
    yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def world(db: None) -> World:
    """The cast: two of each party, so that there is always a rival."""
    return make_world()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[TestServer]:
    """A database with real commits, for races and for several processes; emptied afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():
        try:
            yield server
        finally:
            connections.close_all()
            server.empty(DATABASE)


@pytest.fixture
def committed_world(committed_db: TestServer) -> World:
    """The cast, committed."""
    return make_world()


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """No test reaches beyond this machine, by mistake or otherwise."""
    before = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        beyond = self.family != socket.AF_UNIX and str(address[0]) not in {
            *("127.0.0.1", "localhost", "::1"),
        }
        if beyond:
            raise OSError(f"tests do not reach {address}")
        before(self, address)

    socket.socket.connect = connect  # type: ignore[method-assign]
    yield
    socket.socket.connect = before  # type: ignore[method-assign]
