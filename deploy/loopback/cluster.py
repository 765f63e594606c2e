"""etcd, two PostgreSQL under Patroni, HAProxy, PgBouncer, two webs, two workers, one live."""

import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

import psycopg

from deploy.loopback import needs
from tonerloop.config import ports
from tonerloop.config.processes import Child, Family, child, tonerloop
from tonerloop.config.showing import wait_until_ready

TEMPLATES = Path(__file__).parents[1] / "templates"
HOST = "127.0.0.1"
NODES = ("a", "b")
LISTENING = (
    *("client", "peer", "rest_a", "rest_b", "pg_a", "pg_b", "pooler"),
    *("web", "primary", "replica", "web_1", "web_2", "live", "smtp", "page"),
)
CLI = "tonerloop.config.cli"


@dataclass
class Cluster:
    """Where everything answers and how to hinder it; all of it lies in one folder."""

    folder: Path
    family: Family
    programs: dict[str, str]
    port: dict[str, int] = field(default_factory=lambda: _free(LISTENING))
    word: str = field(default_factory=lambda: secrets.token_hex(12))  # of all roles

    @property
    def url(self) -> str:
        """Where people come in."""
        return f"http://{HOST}:{self.port['web']}"

    def database(self, role: str = "tonerloop_app", name: str = "tonerloop") -> str:
        """The address of whichever PostgreSQL is primary."""
        return f"postgresql://{role}:{self.word}@{HOST}:{self.port['primary']}/{name}"

    def environment(self) -> dict[str, str]:
        """The variables of every process of ours: the template's, and those of this trial."""
        facts = {**self._facts(), "home": self.folder, "secret": self.word, "push": ""}
        lines = _filled("tonerloop.env", {**facts, "url": self.url}).splitlines()
        told = dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")
        more = {
            "DATABASE_OWNER_URL": self.database("tonerloop_owner"),
            "TONERLOOP_SMTP_PORT": str(self.port["smtp"]),
            "TONERLOOP_MAILBOX_PORT": str(self.port["page"]),
            "TONERLOOP_WORKERS": "1",
            "TONERLOOP_THREADS": "4",
            "TONERLOOP_DEMO": "1",
            "TONERLOOP_API_PER_MINUTE": "1000000",
            "DJANGO_SETTINGS_MODULE": "tonerloop.config.settings",
        }
        return {**told, **more}

    def start_databases(self) -> None:
        """etcd, both PostgreSQL, HAProxy; returns when one is primary and the other follows."""
        (self.folder / "etc").mkdir()
        self._start_etcd()
        for name in NODES:
            self.start_node(name)
        self._start("haproxy", self._haproxy(), [self.programs["haproxy"], "-db", "-f"])
        self._wait_for(lambda: self.connected(self._superuser()), "no primary", 90)
        self._make_roles()
        self._start("pgbouncer", self._pgbouncer(), self._as_user("pgbouncer"))
        self._wait_for(self.is_guarded, "no synchronous replica", 120)

    def start_product(self) -> None:
        """Migrate, load the demo's data, start webs, live stream and workers."""
        environment = self.environment()
        self.family.environment = environment
        quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL}
        quiet["env"] = {**os.environ, **environment}
        subprocess.run(tonerloop("migrate"), **quiet)
        load = "import django; django.setup(); from tonerloop.demo import load; load()"
        quiet["env"]["TONERLOOP_WALL"] = "open"  # who loads all the data acts for everybody
        subprocess.run([tonerloop()[0], "-c", load], **quiet)
        self.family.start("mailbox", child(CLI, "mailbox"))
        for number in ("1", "2"):
            own = {"TONERLOOP_HOME": str(self.folder / f"home-{number}")}
            port = str(self.port[f"web_{number}"])
            serve = child(CLI, "serve", "--only", "web")
            self.family.start(f"web-{number}", serve, TONERLOOP_PORT=port, **own)
            self.family.start(f"worker-{number}", child(CLI, "worker"), **own)
        live = {"TONERLOOP_LIVE_PORT": str(self.port["live"])}
        self.family.start("live", child(CLI, "serve", "--only", "live"), **live)
        for number in ("1", "2"):
            ready = f"http://{HOST}:{self.port[f'web_{number}']}/readyz?worker=1"
            wait_until_ready(ready, self.family.check)

    def start_node(self, name: str) -> Child:
        """Patroni and by it PostgreSQL; a data folder that is there already is taken up again."""
        return self._start(f"patroni-{name}", self._patroni(name), self._as_user("patroni"))

    def kill_server(self, name: str) -> None:
        """SIGKILL to every process of its PostgreSQL, as a crash would; Patroni lives on."""
        for pid in self.server_pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_machine(self, name: str) -> None:
        """SIGKILL to Patroni and PostgreSQL together, as a power cut would."""
        patroni = next(c for c in self.family.children if c.name == f"patroni-{name}")
        self.family.children.remove(patroni)
        patroni.process.kill()
        self.kill_server(name)
        patroni.process.wait()

    def server_pids(self, name: str) -> list[int]:
        """The postmaster, first, and its children."""
        try:
            text = (self.folder / f"data-{name}" / "postmaster.pid").read_text()
        except OSError:
            return []
        postmaster = int(text.splitlines()[0])
        if _parent(postmaster) is None or str(self.folder) not in _command(postmaster):
            return []
        every = [int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()]
        return [postmaster, *(pid for pid in every if _parent(pid) == postmaster)]

    def primary(self) -> str:
        """The name of the node that is primary now; "" where none is."""
        return next((name for name in NODES if self._rest(name, "primary") == 200), "")

    def follows(self, name: str) -> bool:
        """Whether the node is a running replica."""
        return self._rest(name, "replica") == 200

    def is_guarded(self) -> bool:
        """Whether the primary waits for a replica at each commit."""
        sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
        with suppress(psycopg.Error), psycopg.connect(self._superuser()) as connection:
            found = connection.execute(sql).fetchone()
            return bool(found and found[0])
        return False

    def connected(self, address: str) -> bool:
        """Whether a database answers there."""
        with suppress(psycopg.Error), psycopg.connect(address, connect_timeout=2):
            return True
        return False

    def stop(self) -> None:
        """End everything, and whatever a kill left of a PostgreSQL."""
        self.family.stop()
        for name in NODES:
            self.kill_server(name)

    def _wait_for(self, held: Any, otherwise: str, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not held():
            self.family.check()
            if time.monotonic() > until:
                raise TimeoutError(f"{otherwise} within {seconds:.0f} s; logs: {self.family.logs}")
            time.sleep(0.3)

    def _superuser(self) -> str:
        return self.database("postgres", "postgres")

    def _make_roles(self) -> None:
        sql = _filled("roles.sql", {"owner": self.word, "app": self.word})
        lines = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
        with psycopg.connect(self._superuser(), autocommit=True) as connection:
            for statement in filter(str.strip, lines.split(";")):
                connection.execute(statement.encode())

    def _rest(self, name: str, path: str) -> int:
        from http.client import HTTPConnection

        connection = HTTPConnection(HOST, self.port[f"rest_{name}"], timeout=2)
        with suppress(OSError):
            connection.request("OPTIONS", f"/{path}")
            return connection.getresponse().status
        return 0

    # What each server is told.

    def _facts(self) -> dict[str, Any]:
        return {"host": HOST, "app": self.word, **self.port}

    def _start_etcd(self) -> None:
        facts = {**self._facts(), "name": "one", "folder": self.folder / "etcd"}
        lines = _filled("etcd.env", facts).splitlines()
        told = dict(line.split("=", 1) for line in lines if line and line[0] != "#")
        own = self._owned("etcd")
        assert own.exists()
        command = [*needs.as_server_user(), self.programs["etcd"]]
        self.family.start("etcd", command, **told)

    def _patroni(self, name: str) -> Path:
        self._owned("sockets")
        facts = {
            **self._facts(),
            "name": name,
            "rest": self.port[f"rest_{name}"],
            "port": self.port[f"pg_{name}"],
            "etcd": f"{HOST}:{self.port['client']}",
            "folder": self.folder / f"data-{name}",
            "sockets": self.folder / "sockets",
            "bin": Path(self.programs["postgres"]).parent,
            "net": f"{HOST}/32",
            "superuser": self.word,
            "replication": self.word,
            "watchdog": "off",
        }
        self._owned(f"data-{name}")
        return self._written(f"patroni-{name}.yml", _filled("patroni.yml", facts))

    def _haproxy(self) -> Path:
        def servers(kind: str, *names: str, more: str = "") -> str:
            rows = [f"    server {n} {HOST}:{self.port[n]} check{more}" for n in names]
            return "\n".join(rows)

        databases = "\n".join(
            f"    server {n} {HOST}:{self.port[f'pg_{n}']} check port {self.port[f'rest_{n}']}"
            for n in NODES
        )
        own = {"webs": servers("web", "web_1", "web_2"), "lives": servers("live", "live")}
        facts = {**self._facts(), **own, "databases": databases, "tls": "", "domain": HOST}
        return self._written("haproxy.cfg", _filled("haproxy.cfg", facts))

    def _pgbouncer(self) -> Path:
        users = self._written("userlist.txt", f'"tonerloop_app" "{self.word}"\n')
        facts = {**self._facts(), "port": self.port["pooler"], "userlist": users}
        return self._written("pgbouncer.ini", _filled("pgbouncer.ini", facts))

    def _as_user(self, program: str) -> list[str]:
        return [*needs.as_server_user(), self.programs[program]]

    def _start(self, name: str, file: Path, command: list[str]) -> Child:
        return self.family.start(name, [*command, str(file)], LC_ALL="C.UTF-8")

    def _written(self, name: str, text: str) -> Path:
        file = self.folder / "etc" / name
        file.write_text(text)
        return _given(file, 0o600)

    def _owned(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return _given(folder, 0o700)


def _given(path: Path, mode: int) -> Path:
    path.chmod(mode)
    if os.geteuid() == 0:
        user = needs.server_user()
        os.chown(path, user.pw_uid, user.pw_gid)
    return path


def _free(names: tuple[str, ...]) -> dict[str, int]:
    found: dict[str, int] = {}
    while len(found) < len(names):
        port = ports.any_free()
        if port not in found.values():
            found[names[len(found)]] = port
    return found


def _filled(name: str, facts: dict[str, Any]) -> str:
    return Template((TEMPLATES / name).read_text()).substitute(facts)


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
