"""What every test stands on: a database with the application's own rights, the cast, no network."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
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
os.environ["TONERLOOP_WALL"] = "open"  # tests act for everybody, their clients for nobody

from django.conf import settings

# In a second test process they were read already, with the variables of the first.
settings.DATABASES["default"]["NAME"] = DATABASE
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
settings.PASSWORD_HASHERS = [  # a log-in in 1 ms; the running product checks those of the cast
    "django.contrib.auth.hashers.MD5PasswordHasher",
    *settings.PASSWORD_HASHERS,
]
settings.STORAGES["staticfiles"] = {  # pages are rendered without gathering static files first
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
settings.ALLOWED_HOSTS.append("testserver")

import django

django.setup()

from hypothesis import HealthCheck
from hypothesis import settings as examples

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

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from playwright.sync_api import Browser, Page, sync_playwright

from tests.kept import made_once
from tests.stack import DATABASE as STACK_DATABASE
from tests.stack import Stack, connected_to, running
from tests.web.browser import MISSING, find_chromium, launch
from tests.world import World, make_world


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
    """The cast: two of each party, so that there is always a rival; the operator as must be."""
    return made_once(_world)


def _world() -> World:
    from allauth.mfa.models import Authenticator

    world, kind = make_world(), Authenticator.Type.TOTP
    Authenticator.objects.create(user=world.operator, type=kind, data={"secret": "x"})
    return world


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


@pytest.fixture(scope="session")
def _running_stack(django_db_setup: None, tmp_path_factory: Any) -> Iterator[Stack]:
    with running(server, tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def live_stack(_running_stack: Stack, django_db_blocker: Any) -> Iterator[Stack]:
    """The running product, its database empty; inside the test Django uses that database too."""
    stack = _running_stack
    stack.family.check()
    stack.server.empty(STACK_DATABASE)
    stack.mailbox.refuse = None
    for file in stack.mailbox.folder.glob("*.eml"):
        file.unlink()
    with django_db_blocker.unblock(), connected_to(STACK_DATABASE):
        yield stack


@pytest.fixture
def live_world(live_stack: Stack) -> World:
    """The cast in the running product's database; everybody's password is `demo`."""
    from django.contrib.auth.hashers import make_password

    from tonerloop.parties.models import Person

    world = make_world()
    Person.objects.update(password=make_password("demo", hasher="scrypt"))
    return world


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real headless Chromium; without one the test is skipped, or fails in CI."""
    if find_chromium() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium on this machine")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright leaves a loop on this thread
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, live_stack: Stack) -> Iterator[Callable[..., Page]]:
    """Makes pages of the running product: `page(width=360, scheme="dark", scripts=False)`.

    Each has its own cookies. What a page complains about (script errors, refused content)
    fails the test.
    """
    contexts, complaints = [], list[str]()

    def make(
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        locale: str = "en",
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=live_stack.web,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=locale,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)  # only what fails waits so long
        contexts.append(context)
        made = context.new_page()
        made.on("pageerror", lambda error: complaints.append(f"{made.url}: {error}"))
        made.on("console", lambda line: _complain(complaints, line.type, line.text))
        return made

    yield make
    for context in contexts:
        context.close()
    assert not complaints


def _complain(complaints: list[str], kind: str, text: str) -> None:
    """Errors on the console count, but for the browser's own note of an HTTP status."""
    if kind == "error" and not text.startswith("Failed to load resource"):
        complaints.append(text)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Tests in a browser are marked by themselves, so that they can be left out."""
    if "browser" in getattr(item, "fixturenames", ()):
        item.add_marker(pytest.mark.browser)


# What takes longest, or waits most. It begins first: of what begins last, one process of the test
# run waits for the other. The running product's tests follow, so that few processes start one.
LONG = (
    "tests/torture/",
    "tests/conformance/test_kit.py",
    "tests/outbound/test_killed_worker.py",
    "tests/web/test_every_screen.py",
    "tests/plans/",
    "tests/config/test_demo.py",
    "tests/config/test_wheel.py",
    "tests/api/test_contract.py",
    "tests/races/",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; otherwise as they were, each module together."""
    live = {item.path for item in items if "_running_stack" in getattr(item, "fixturenames", ())}

    def turn(item: pytest.Item) -> int:
        if item.nodeid.startswith(LONG):
            return next(n for n, name in enumerate(LONG) if item.nodeid.startswith(name))
        return len(LONG) + (item.path not in live)

    items.sort(key=turn)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any("no Chromium" in str(report.longrepr) for report in skipped):
        terminalreporter.write(MISSING, red=True)


@receiver(user_logged_in)
def _proved_lately(request: Any, user: Any, **_: Any) -> None:
    """Whom a test logs in by force has just typed the password; the log-in page proves nothing."""
    if request.method is None:
        record_authentication(request, user, method="password", reauthenticated=True)


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
