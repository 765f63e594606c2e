"""The real product as processes, each way between them through a proxy that can misbehave."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from tests.webhooks.receiver import Receiver, receiving
from tonerloop.config import embedded, ports, serve
from tonerloop.config.database import APP_ROLE
from tonerloop.config.mailbox import Mailbox
from tonerloop.config.processes import Child, Family, child
from torture.proxy import Proxy, to_port, to_socket

PROGRAMS = ("web", "live", "worker-1", "worker-2")


@dataclass
class Stack:
    """What runs, and how it is broken and mended."""

    home: Path
    server: embedded.Server
    mailbox: Mailbox
    receiver: Receiver
    proxies: dict[str, Proxy]
    web: int = field(default_factory=ports.any_free)
    live: int = field(default_factory=ports.any_free)
    family: Family = field(default_factory=Family)
    restarts: int = 0

    @property
    def url(self) -> str:
        """Where the web server answers."""
        return f"http://127.0.0.1:{self.web}"

    @property
    def hook(self) -> str:
        """Where webhooks are sent: through the proxy."""
        return f"http://127.0.0.1:{self.proxies['hook'].port}"

    def environment(self) -> dict[str, str]:
        """What the product's processes are told; the database by way of its proxy."""
        through = {"host": "127.0.0.1", "port": str(self.proxies["database"].port)}
        return {
            "TONERLOOP_HOME": str(self.home),
            "DATABASE_URL": make_conninfo("", dbname=embedded.DATABASE, user=APP_ROLE, **through),
            "TONERLOOP_URL": self.url,
            "TONERLOOP_LIVE_URL": f"http://127.0.0.1:{self.live}/live",
            "TONERLOOP_SMTP_PORT": str(self.proxies["smtp"].port),
            "TONERLOOP_WORKERS": "2",
            "TONERLOOP_THREADS": "2",
            "TONERLOOP_DEMO": "1",  # webhooks to this machine
            "TONERLOOP_WALL": "shut",  # the workers open it for themselves
            "TONERLOOP_API_PER_MINUTE": "1000000",
            "TONERLOOP_SECRET_KEY": "only for torture",
        }

    def start(self, name: str) -> None:
        """Start one of PROGRAMS."""
        if name.startswith("worker"):
            self.family.start(name, child("tonerloop.config.cli", "worker"))
            return
        serve.start(self.family, self.web, self.live, only=name)

    def kill(self, name: str) -> None:
        """End a program and all that it started, without a word."""
        for each in self._children(name):
            with suppress(ProcessLookupError):
                os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()

    def kill_one_of_web(self) -> bool:
        """End one of the web server's own processes."""
        for each in self._children("web"):
            for pid in offspring(each.process.pid)[-1:]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    return True
        return False

    def revive(self) -> None:
        """Start again whatever has ended, as a service manager does."""
        for name in PROGRAMS:
            running = self._children(name)
            dead = [each for each in running if each.process.poll() is not None]
            for each in dead:
                each.stop()
                self.family.children.remove(each)
            if len(dead) == len(running):
                self.restarts += bool(dead)
                self.start(name)

    def kill_database(self) -> None:
        """End the database server as a power cut would."""
        pid = self._postmaster()
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_backend(self) -> bool:
        """End one of the server's processes: it ends all sessions and recovers."""
        pids = offspring(self._postmaster())
        for pid in pids[-1:]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def revive_database(self, seconds: float = 30) -> None:
        """Start the database server again unless it runs."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                started = embedded.start(self.home)
                if self.server.hold is not None:
                    self.server.hold.close()
                self.server = started
                return
            except (embedded.EmbeddedError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)  # what the dead one left is still ending

    def _postmaster(self) -> int:
        with suppress(OSError, ValueError):
            return int((self.home / "postgres" / "postmaster.pid").read_text().split()[0])
        return 0

    def _children(self, name: str) -> list[Child]:
        return [each for each in self.family.children if each.name == name]


def offspring(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@contextmanager
def stack(home: Path) -> Iterator[Stack]:
    """Database, mailbox, receiver and proxies; the product's processes are started later."""
    server = embedded.start(home)
    with Mailbox(home / "mail") as mailbox, receiving() as receiver:
        made = Stack(home, server, mailbox, receiver, {})
        made.proxies = {
            "database": Proxy(to_socket(lambda: _socket(home))).start(),
            "smtp": Proxy(to_port(lambda: mailbox.port)).start(),
            "hook": Proxy(to_port(lambda: int(receiver.url.split(":")[2].strip("/")))).start(),
        }
        try:
            with made.family:
                yield made
        finally:
            for proxy in made.proxies.values():
                proxy.stop()
            made.server.stop()


def _socket(home: Path) -> str:
    return (home / "postgres.socket").read_text().strip() + "/.s.PGSQL.5432"
