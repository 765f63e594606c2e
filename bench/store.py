"""Data sets that are kept: each a database of one embedded server, copied for every run."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from tonerloop.config import embedded
from tonerloop.config.database import OWNER_ROLE
from tonerloop.config.processes import tonerloop

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("TONERLOOP_BENCH_HOME") or ROOT / ".tonerloop" / "bench").resolve()
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "8GB",
}
BUILD = """
import sys, django
django.setup()
from datetime import date
from bench.data.filling import fill
from bench.data.sizes import SIZES
if __name__ == "__main__":
    print(fill(sys.argv[1], SIZES[sys.argv[2]], today=date.fromisoformat(sys.argv[3])))
"""


def built(names: Iterable[str]) -> dict[str, float]:
    """Make what is missing of these data sets; the seconds that each took, 0 where it was kept."""
    took = {}
    with embedded.start(HOME, settings=QUICK) as server:
        known = _databases(server)
        for name in names:
            took[name] = 0.0 if database(name) in known else _build(server, name)
    return took


def database(name: str) -> str:
    """The database of a data set, another one whenever its making or the tables change."""
    return f"set_{name.lower()}_{_fingerprint()}"


@contextmanager
def serving() -> Iterator[embedded.Server]:
    """The server with the product's own settings."""
    with embedded.start(HOME) as server:
        yield server


def copied(server: embedded.Server, name: str) -> str:
    """A fresh copy of a data set to run on; gives its database's name."""
    to = f"run_{name.lower()}"
    with psycopg.connect(server.url(embedded.SUPERUSER, "postgres"), autocommit=True) as connection:
        _drop(connection, to)
        _create(connection, to, database(name), "STRATEGY file_copy")
        connection.execute("CHECKPOINT")
    with psycopg.connect(server.url(embedded.SUPERUSER, to), autocommit=True) as connection:
        connection.execute("VACUUM")  # counters of changes are not copied: no autovacuum meanwhile
    return to


def postmaster(server: embedded.Server) -> int:
    """The process of the database server."""
    return int((server.home / "postgres" / "postmaster.pid").read_text().split()[0])


def environment(server: embedded.Server, name: str) -> dict[str, str]:
    """The variables by which processes use a database of the server."""
    return {
        "TONERLOOP_HOME": str(HOME),
        "DJANGO_SETTINGS_MODULE": "tonerloop.config.settings",
        "DATABASE_URL": server.url("tonerloop_app", name),
        "DATABASE_OWNER_URL": server.url(OWNER_ROLE, name),
    }


def _build(server: embedded.Server, name: str) -> float:
    began, making = time.perf_counter(), f"making_{name.lower()}"
    print(f"making data set {name} …", flush=True)
    with psycopg.connect(server.url(embedded.SUPERUSER, "postgres"), autocommit=True) as connection:
        for old in _databases(server):
            if old.startswith((f"set_{name.lower()}_", making)):
                _drop(connection, old)
        _create(connection, making, _migrated(server, connection))
        # A set is many organisations' rows: whoever makes it acts for all of them.
        variables = {**os.environ, **environment(server, making), "TONERLOOP_WALL": "open"}
        arguments = (server.url(embedded.SUPERUSER, making), name, date.today().isoformat())  # noqa: DTZ011
        command = [sys.executable, "-c", BUILD, *arguments]
        subprocess.run(command, env=variables, check=True, cwd=ROOT)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(rename.format(sql.Identifier(making), sql.Identifier(database(name))))
    took = time.perf_counter() - began
    print(f"data set {name} made in {took:.0f} s", flush=True)
    return took


def _migrated(server: embedded.Server, connection: psycopg.Connection) -> str:
    """A database without rows that all sets begin with, so that they share their secrets, too."""
    name = database("empty")
    if name not in _databases(server):
        for old in _databases(server):
            if old.startswith("set_empty_"):
                _drop(connection, old)
        _create(connection, name, "template0")
        variables = {**os.environ, **environment(server, name)}
        subprocess.run(tonerloop("migrate"), env=variables, check=True, stdout=subprocess.DEVNULL)
    return name


def _fingerprint() -> str:
    digest = hashlib.sha256()
    made_from = [*(ROOT / "bench" / "data").glob("*.py"), *ROOT.glob("src/**/migrations/*.py")]
    for file in sorted(made_from):
        digest.update(file.read_bytes())
    today = date.today()  # noqa: DTZ011 - what waits in a set is promised for 90 days
    return f"{digest.hexdigest()[:8]}_{today.year}_{(today.month - 1) // 3}"


def _databases(server: embedded.Server) -> set[str]:
    with psycopg.connect(server.url(embedded.SUPERUSER, "postgres")) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def _drop(connection: psycopg.Connection, name: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(drop.format(sql.Identifier(name)))


def _create(connection: psycopg.Connection, name: str, template: str, more: str = "") -> None:
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} " + more)  # type: ignore[arg-type]
    names = (sql.Identifier(each) for each in (name, template, OWNER_ROLE))
    connection.execute(create.format(*names))
