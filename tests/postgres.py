"""The tests' own PostgreSQL: one server for all test processes, a database for each."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from tonerloop.config import embedded
from tonerloop.config.database import APP_ROLE, OWNER_ROLE
from tonerloop.config.processes import tonerloop

FOLDER = "TONERLOOP_TEST_FOLDER"  # set by the first process, inherited by the others
TEMPLATE = "tonerloop_template"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class TestServer:
    """Starts the server in the first process; the others find it by the environment."""

    __test__ = False

    def __init__(self) -> None:
        given = os.environ.get(FOLDER)
        if not given:
            _sweep()
        self.folder = Path(given or tempfile.mkdtemp(prefix="tonerloop-test-"))
        os.environ[FOLDER] = str(self.folder)
        self.server = embedded.start(self.folder, settings={**QUICK, "shared_buffers": "128MB"})

    def url(self, database: str, role: str = APP_ROLE) -> str:
        """The address of one database."""
        return self.server.url(role, database)

    def superuser(self, database: str = "postgres") -> str:
        """The address that may do anything."""
        return self.server.url(embedded.SUPERUSER, database)

    def make(self, database: str) -> None:
        """A fresh database, migrated by `tonerloop migrate` as its owner (once, then copied)."""
        with (self.folder / "template.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with psycopg.connect(self.superuser(), autocommit=True) as connection:
                known = connection.execute("SELECT datname FROM pg_database").fetchall()
                if (TEMPLATE,) not in known:
                    _create(connection, TEMPLATE, "template0")
                    self._migrate(TEMPLATE)
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(database)))
                _create(connection, database, TEMPLATE)

    def _migrate(self, database: str) -> None:
        urls = {
            "DATABASE_URL": self.url(database),
            "DATABASE_OWNER_URL": self.url(database, OWNER_ROLE),
        }
        done = subprocess.run(
            tonerloop("migrate"), env={**os.environ, **urls}, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"migrating the test database failed:\n{done.stderr[-3000:]}")

    def empty(self, database: str) -> None:
        """Remove all rows but those that the migrations made, also where nobody may."""
        for turn in range(20):
            # The running product may still be at work; one of the two then has to give way.
            with suppress(psycopg.errors.DeadlockDetected):
                self._delete(database)
                return
            time.sleep(0.05 * turn)
        self._delete(database)

    def _delete(self, database: str) -> None:
        with psycopg.connect(self.superuser(database)) as connection:
            # Neither triggers nor foreign keys; what is at work has to end first.
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute("SET LOCAL lock_timeout = '10s'")
            connection.execute("SET LOCAL deadlock_timeout = '20ms'")  # we give way, not the worker
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            names = [sql.Identifier(name) for (name,) in tables if name not in self._reference()]
            lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE")
            connection.execute(lock.format(sql.SQL(", ").join(names)))
            # Few have rows, and TRUNCATE, which makes files anew, takes ten times as long.
            look = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
            looks = [look.format(sql.Literal(name.as_string()), name) for name in names]
            full = connection.execute(sql.SQL(" UNION ALL ").join(looks)).fetchall()
            for (table,) in full:  # numbers go on: kept.py puts rows back
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.SQL(table)))

    def _reference(self) -> set[str]:
        """Tables that hold rows from the start, and the workers', who are still there."""
        if not hasattr(self, "_with_rows"):
            with psycopg.connect(self.superuser(TEMPLATE), autocommit=True) as connection:
                connection.execute("ANALYZE")
                rows = connection.execute(
                    "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 0"
                )
                self._with_rows = {name for (name,) in rows} | {"procrastinate_workers"}
        return self._with_rows

    def stop(self) -> None:
        """Let go; the last process stops the server and removes its folder."""
        self.server.stop()

    @contextmanager
    def connected(self, database: str) -> Iterator["psycopg.Connection"]:
        """A connection that may do anything, each statement committed."""
        with psycopg.connect(self.superuser(database), autocommit=True) as connection:
            yield connection


def _sweep() -> None:
    """Stop and remove what test runs left behind that were killed more than an hour ago."""
    for folder in Path(tempfile.gettempdir()).glob("tonerloop-test-*"):
        with suppress(OSError, embedded.EmbeddedError):
            if time.time() - folder.stat().st_mtime > 3600:
                embedded.start(folder).stop()  # stops nothing that somebody still uses
                if not (folder / "postgres" / "postmaster.pid").exists():
                    shutil.rmtree(folder)


def _create(connection: "psycopg.Connection", database: str, template: str) -> None:
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
    names = (sql.Identifier(each) for each in (database, template, OWNER_ROLE))
    connection.execute(create.format(*names))
