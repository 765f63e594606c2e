"""The product as it runs: web, live, worker and mail as processes, for stories and browsers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.postgres import TestServer
from tonerloop.config import ports, serve, statics
from tonerloop.config.database import OWNER_ROLE
from tonerloop.config.mailbox import Mailbox
from tonerloop.config.processes import Child, Family, child
from tonerloop.config.showing import wait_until_ready
from tonerloop.outbound.push import keys

DATABASE = f"stack_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
WORKER = ("tonerloop.config.cli", "worker")


@dataclass
class Stack:
    """Where the running product answers, and its parts to be hindered."""

    web: str
    live: str
    mailbox: Mailbox  # .messages(), .refuse, .stop(), .start()
    environment: dict[str, str]
    family: Family
    server: TestServer

    def kill_worker(self) -> None:
        """End the worker as a power cut would."""
        worker = self._worker()
        worker.process.kill()
        worker.stop()
        self.family.children.remove(worker)

    def start_worker(self) -> None:
        """Start a worker again."""
        self.family.start("worker", child(*WORKER))

    def _worker(self) -> Child:
        return next(each for each in self.family.children if each.name == "worker")

    def log(self, name: str) -> str:
        """What one of the processes wrote."""
        assert self.family.logs is not None
        return (self.family.logs / f"{name}.log").read_text(errors="replace")


@contextmanager
def running(server: TestServer, home: Path) -> Iterator[Stack]:
    """The whole product on free ports and a database of its own."""
    web, live = ports.any_free(), ports.any_free()
    server.make(DATABASE)
    with Mailbox(home / "mail") as mailbox:
        environment = {
            "TONERLOOP_HOME": str(home),
            "DATABASE_URL": server.url(DATABASE),
            "DATABASE_OWNER_URL": server.url(DATABASE, OWNER_ROLE),
            "TONERLOOP_URL": f"http://127.0.0.1:{web}",
            "TONERLOOP_LIVE_URL": f"http://127.0.0.1:{live}/live",
            "TONERLOOP_SMTP_PORT": str(mailbox.port),
            "TONERLOOP_WORKERS": "1",
            "TONERLOOP_THREADS": "4",
            "TONERLOOP_DEMO": "1",
            "TONERLOOP_PUSH_KEY": keys.make(),
            "TONERLOOP_PUSH_ANYWHERE": "1",  # the push service of a test is on this machine
            "DJANGO_ALLOW_ASYNC_UNSAFE": "",
        }
        with inside(environment):
            statics.collect(home)
        with Family(logs=home / "logs", environment=environment) as family:
            serve.start(family, web, live)
            stack = Stack(
                environment["TONERLOOP_URL"],
                environment["TONERLOOP_LIVE_URL"],
                mailbox,
                environment,
                family,
                server,
            )
            stack.start_worker()
            wait_until_ready(f"{stack.web}/readyz?worker=1", family.check)
            yield stack


@contextmanager
def inside(environment: dict[str, str]) -> Iterator[None]:
    """Inside, this process has the variables too."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def connected_to(database: str) -> Iterator[None]:
    """Inside, this process's Django uses another database of the same server."""
    from django.db import connection, connections

    settings: dict[str, Any] = connection.settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = database
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before
