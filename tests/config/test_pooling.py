"""Behind a pooler in transaction mode: nothing is left in a session, and the verbs work."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.config.test_settings import SHOW, run
from tests.postgres import TestServer
from tonerloop.config import embedded, ports
from tonerloop.config.database import APP_ROLE

POOLED = {
    "DJANGO_SETTINGS_MODULE": "tonerloop.config.settings",
    "DATABASE_URL": "postgresql://app:secret@pooler:6432/tonerloop",
    "DATABASE_DIRECT_URL": "postgresql://app:secret@primary/tonerloop",
    "DATABASE_REPLICA_URL": "postgresql://app:secret@pooler:6432/tonerloop_replica",
}
# The verbs of an order as their processes do them, then what is left in the last session.
VERBS = """
import django; django.setup()
import threading
from datetime import timedelta
from django.db import connection
from django.utils import timezone
from tests.world import make_world
from tonerloop.common.wall import OPEN, behind
from tonerloop.orders import actions
from tonerloop.orders.figures import waits
inside = behind(OPEN); inside.__enter__()
world = make_world()
sales, desk = world.actor(world.sales), world.actor(world.desk)
day = timezone.now().date() + timedelta(days=4)
lock = threading.Lock()
failed = []
def work():
    try:
      with behind(OPEN):
        for _ in range(3):
            with lock:  # one basket
                order = world.place()
            actions.confirm_price(order.number, by=sales)
            actions.approve(order.number, day, "C-1", by=desk)
            waits(seller_id=world.seller.pk, since=timezone.now() - timedelta(days=1), zone="UTC")
    except Exception as error:
        failed.append(error)
    finally:
        connection.close()
threads = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
assert not failed, failed
world.place()
with connection.cursor() as cursor:
    cursor.execute(
        "SELECT (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors"
        " WHERE name <> ''), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),"
        " (SELECT count(*) FROM pg_listening_channels()), (SELECT count(*) FROM pg_settings"
        " WHERE source = 'session' AND name NOT IN ('transaction_isolation',"
        " 'transaction_read_only', 'transaction_deferrable'))"
    )
    print(cursor.fetchone())
"""


def shown(tmp_path: Path, what: str, **more: str) -> str:
    return run(SHOW.format(what), **POOLED, TONERLOOP_HOME=str(tmp_path), **more)


def test_nothing_is_prepared_and_no_cursor_outlives_its_statement(tmp_path: Path) -> None:
    told = "d['OPTIONS']['prepare_threshold'], d['DISABLE_SERVER_SIDE_CURSORS']"
    for alias in ("default", "replica"):
        assert shown(tmp_path, f"[({told}) for d in [s.DATABASES['{alias}']]]") == "[(None, True)]"


def test_who_listens_goes_round_the_pooler(tmp_path: Path) -> None:
    assert shown(tmp_path, "s.DIRECT_DATABASE['host']") == "primary"
    read = "from django.conf import settings as s; from tonerloop.common.listening import *; "
    told = run(
        f"import django; django.setup(); {read}print(listening_parameters()['host'])",
        **POOLED,
        TONERLOOP_HOME=str(tmp_path),
    )
    assert told == "primary"


def test_the_owner_who_migrates_knows_no_replica(tmp_path: Path) -> None:
    owner = {"TONERLOOP_AS_OWNER": "1", "DATABASE_OWNER_URL": "host=primary user=owner"}
    assert shown(tmp_path, "list(s.DATABASES)", **owner) == "['default']"


def done_by_verbs(server: TestServer, url: str) -> str:
    """What the verbs leave in a session, run by processes that are told of a pooler."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    known |= {"DATABASE_URL": url, "DATABASE_DIRECT_URL": server.url(name())}
    known["TONERLOOP_WALL"] = "shut"  # as web processes are, which alone go through a pooler
    command = [sys.executable, "-W", "ignore", "-c", VERBS]
    done = subprocess.run(command, env=known, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def name() -> str:
    return str(connection.settings_dict["NAME"])


def test_the_verbs_leave_nothing_in_a_session(committed_db: TestServer) -> None:
    assert done_by_verbs(committed_db, committed_db.url(name())) == "(0, 0, 0, 0, 0)"


@pytest.fixture
def pooler(committed_db: TestServer, tmp_path: Path) -> Iterator[str]:
    """A real pooler of two sessions in front of the test database."""
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("no pgbouncer on this machine")
    port, users = ports.any_free(), tmp_path / "users.txt"
    users.write_text(f'"{APP_ROLE}" ""\n')
    lines = [
        "[databases]",
        f"* = host={committed_db.server.socket}",
        "[pgbouncer]",
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =",
        f"auth_type = trust\nauth_file = {users}",
        "pool_mode = transaction\ndefault_pool_size = 2",
    ]
    settings = tmp_path / "pgbouncer.ini"
    settings.write_text("\n".join(lines) + "\n")
    user = embedded._server_user()  # it refuses to run as root, as PostgreSQL does
    if user:
        for path in (settings, users, *settings.parents[:3]):
            path.chmod(0o755)
    process = subprocess.Popen([program, str(settings)], stderr=subprocess.PIPE, **user)
    try:
        url = f"host=127.0.0.1 port={port} dbname={name()} user={APP_ROLE}"
        wait_for(url)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=10)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_the_verbs_work_through_a_real_pooler(committed_db: TestServer, pooler: str) -> None:
    assert done_by_verbs(committed_db, pooler) == "(0, 0, 0, 0, 0)"
    with psycopg.connect(committed_db.url(name())) as direct:
        found = direct.execute("SELECT count(*), count(DISTINCT number) FROM orders_order")
        assert found.fetchone() == (13, 13)
