"""The product as `tonerloop serve` and `tonerloop worker` run it, on a data set of one's own."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench import store
from bench.machine import cpu_seconds
from tonerloop.config import embedded, ports, serve, statics
from tonerloop.config.processes import Family, child

MUCH = "1000000"  # calls a minute: they are counted as always, and never too many


@dataclass
class Stack:
    """Where it is served, and its processes."""

    url: str
    live: str
    database: str
    server: embedded.Server
    family: Family
    mails: Path
    workers: list[str] = field(default_factory=list)

    def start_workers(self, count: int) -> None:
        """So many workers more."""
        for _ in range(count):
            name = f"worker{len(self.workers)}"
            self.family.start(name, child("tonerloop.config.cli", "worker"))
            self.workers.append(name)

    def stop_workers(self) -> None:
        """End all workers; each finishes its job first."""
        for each in [one for one in self.family.children if one.name in self.workers]:
            each.stop()
            self.family.children.remove(each)
        self.workers.clear()

    def pid(self, name: str) -> int:
        """The process of one part."""
        return next(one.process.pid for one in self.family.children if one.name == name)

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU used until now: web, worker, PostgreSQL."""
        return {
            "web": cpu_seconds(self.pid("web")) + cpu_seconds(self.pid("live")),
            "worker": sum(cpu_seconds(self.pid(name)) for name in self.workers),
            "postgres": cpu_seconds(store.postmaster(self.server)),
        }


@contextmanager
def stack(server: embedded.Server, name: str, *, workers: int = 1) -> Iterator[Stack]:
    """Start everything on a database of the server and free ports; stop it at the end."""
    port, live, smtp, page = (ports.any_free() for _ in range(4))
    home = store.HOME / name
    variables = {
        **store.environment(server, name),
        **serve.addresses(port, live),
        "TONERLOOP_SMTP_PORT": str(smtp),
        "TONERLOOP_MAILBOX_PORT": str(page),
        "TONERLOOP_WEBHOOK_PRIVATE": "1",  # the receiver is on this machine
        "TONERLOOP_API_PER_MINUTE": MUCH,
        "DJANGO_ALLOW_ASYNC_UNSAFE": "",  # this process's own
    }
    os.environ["TONERLOOP_HOME"] = str(store.HOME)
    shutil.rmtree(home / "mail", ignore_errors=True)
    statics.collect(store.HOME)
    with Family(logs=home / "logs", environment=variables) as family:
        serve.start(family, port, live)
        family.start("mailbox", child("tonerloop.config.cli", "mailbox"), TONERLOOP_HOME=str(home))
        url = f"http://127.0.0.1:{port}"
        made = Stack(url, f"http://127.0.0.1:{live}/live", name, server, family, home / "mail")
        made.start_workers(workers)
        ready(url, family)
        yield made


def ready(url: str, family: Family, within: float = 120) -> float:
    """Wait until it answers that it is ready; the seconds that took."""
    began = time.perf_counter()
    while time.perf_counter() - began < within:
        family.check()
        try:
            if urlopen(url + "/readyz", timeout=5).status == 200:  # noqa: S310 - ours
                return time.perf_counter() - began
        except (URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(f"{url}/readyz did not answer within {within} s")
