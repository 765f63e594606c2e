"""A backup made under use comes back whole into an empty server; nothing else is touched."""

import os
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.postgres import TestServer
from tests.stack import inside
from tests.world import World
from tonerloop.config import backup as backups
from tonerloop.config import embedded
from tonerloop.config.database import APP_ROLE, OWNER_ROLE
from tonerloop.config.processes import tonerloop

SMALL = {"shared_buffers": "16MB", "fsync": "off"}
FACTS = """
SELECT (SELECT json_agg(o ORDER BY id) FROM orders_order o)::text,
       (SELECT json_agg(l ORDER BY id) FROM orders_orderline l)::text,
       (SELECT json_agg(e ORDER BY id) FROM journal_entry e)::text,
       (SELECT json_agg(p ORDER BY id) FROM parties_person p)::text
"""


def named(server: TestServer, database: str) -> dict[str, str]:
    return {
        "DATABASE_URL": server.url(database),
        "DATABASE_OWNER_URL": server.url(database, OWNER_ROLE),
    }


def facts(url: str) -> object:
    with psycopg.connect(url) as connection:
        return connection.execute(FACTS).fetchone()


@pytest.fixture
def made(committed_world: World, committed_db: TestServer, tmp_path: Path) -> Path:
    """A backup of a database with two orders."""
    from django.db import connection

    committed_world.place(), committed_world.place()
    file = tmp_path / "tonerloop.backup"
    with inside(named(committed_db, str(connection.settings_dict["NAME"]))):
        held = backups.backup(file)
    assert held.counts["orders"] == 2 and held.counts["journal entries"] >= 2
    return file


def test_everything_comes_back_into_an_empty_server(
    made: Path, committed_db: TestServer, tmp_path: Path
) -> None:
    from django.db import connection

    before = facts(committed_db.url(str(connection.settings_dict["NAME"]), OWNER_ROLE))
    home = tmp_path / "new"
    with embedded.start(home, settings=SMALL) as empty:
        environment = {**os.environ, **empty.environment(), "TONERLOOP_HOME": str(home)}
        done = subprocess.run(
            tonerloop("restore", str(made)), env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert "Restored: 2 orders" in done.stdout
        assert facts(empty.url(OWNER_ROLE)) == before
        _works_as_before(empty.url(APP_ROLE))
        again = subprocess.run(
            tonerloop("restore", str(made)), env=environment, capture_output=True, text=True
        )
        assert again.returncode == 1 and "not empty" in again.stderr


def _works_as_before(url: str) -> None:
    """The application has its rights, and what is append-only still is."""
    with psycopg.connect(url) as application:
        application.execute("UPDATE orders_order SET reference = 'after'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("DELETE FROM journal_entry")


def test_only_its_owner_reads_it_and_no_part_is_left(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert [file.name for file in made.parent.glob("*.backup*")] == [made.name]


def test_an_older_backup_is_never_overwritten(made: Path, committed_db: TestServer) -> None:
    before = made.read_bytes()
    with inside(named(committed_db, "whatever")):
        with pytest.raises(backups.BackupFailed, match="there already"):
            backups.backup(made)
    assert made.read_bytes() == before


def test_what_is_no_backup_changes_nothing(tmp_path: Path, committed_db: TestServer) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"PGDMP and then nothing")
    with psycopg.connect(committed_db.superuser(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE empty_one OWNER {OWNER_ROLE}")
    try:
        with inside(named(committed_db, "empty_one")):
            with pytest.raises(backups.BackupFailed, match="pg_restore"):
                backups.restore(wrong)
            with pytest.raises(backups.BackupFailed, match="no file"):
                backups.restore(tmp_path / "missing")
        with psycopg.connect(committed_db.url("empty_one", OWNER_ROLE)) as owner:
            found = owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert found.fetchone() == (0,)
    finally:
        with psycopg.connect(committed_db.superuser(), autocommit=True) as connection:
            connection.execute("DROP DATABASE empty_one WITH (FORCE)")


def test_a_server_of_ones_own_needs_its_owner(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1/none"}
    environment.pop("DATABASE_OWNER_URL", None)
    done = subprocess.run(
        tonerloop("backup", str(tmp_path / "x")), env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1 and "DATABASE_OWNER_URL" in done.stderr
