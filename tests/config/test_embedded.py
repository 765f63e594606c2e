"""The embedded PostgreSQL: starts, keeps its data, is shared, and is gone at the end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tonerloop.config import embedded
from tonerloop.config.database import APP_ROLE, OWNER_ROLE

SMALL = {"shared_buffers": "16MB", "fsync": "off"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a folder, with an odd name" / "home"


def is_up(server: embedded.Server) -> bool:
    try:
        psycopg.connect(server.url(APP_ROLE)).close()
    except psycopg.OperationalError:
        return False
    return True


def test_data_are_kept_and_the_last_user_stops_it(home: Path) -> None:
    first = embedded.start(home, settings=SMALL)
    second = embedded.start(home)
    with psycopg.connect(first.url(OWNER_ROLE)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    first.stop()
    assert is_up(second)
    second.stop()
    assert not is_up(second)
    with embedded.start(home, settings=SMALL) as again:
        with psycopg.connect(again.url(OWNER_ROLE)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    assert not is_up(again)
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_the_application_owns_nothing(home: Path) -> None:
    with embedded.start(home, settings=SMALL) as server:
        with psycopg.connect(server.url(APP_ROLE)) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE mine (id int)")
        with psycopg.connect(server.url(OWNER_ROLE)) as connection:
            told = connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname LIKE 'tonerloop%'"
            )
            assert told.fetchall() == []


def test_another_versions_data_are_refused(home: Path) -> None:
    (home / "postgres").mkdir(parents=True)
    (home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedError, match=r"PostgreSQL 16.*PostgreSQL 18"):
        embedded.start(home)
    assert [f.name for f in (home / "postgres").iterdir()] == ["PG_VERSION"]


HOLDER = """
import signal, sys, time
from pathlib import Path
from tonerloop.config import embedded
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where started in the background
embedded.start(Path(sys.argv[1]), settings={"shared_buffers": "16MB", "fsync": "off"})
print("up", flush=True)
time.sleep(60)
"""


def test_a_killed_process_leaves_nothing_that_the_next_cannot_take_over(home: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, process_group=0
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == b"up\n"
        os.killpg(holder.pid, signal.SIGINT)  # Ctrl-C reaches the group, not the server
        holder.wait(40)
    with embedded.start(home, settings=SMALL) as server:
        assert is_up(server)
    deadline = time.monotonic() + 40
    while is_up(server) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_up(server)


def test_who_comes_while_the_server_recovers_waits_for_it(home: Path) -> None:
    """One of its processes was killed: it ends all sessions and is away for a moment."""
    with embedded.start(home, settings=SMALL) as server:
        for _ in range(5):
            with psycopg.connect(server.url(embedded.SUPERUSER, "postgres")) as session:
                os.kill(session.info.backend_pid, signal.SIGKILL)
            with embedded.start(home) as joined:
                assert is_up(joined)
