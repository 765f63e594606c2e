"""Where the database is: a real server by URL, or the embedded one in the data folder.

Two roles from the first migration: the owner migrates, `tonerloop_app` runs web and workers
and has no UPDATE, DELETE or TRUNCATE on append-only tables.

Where `DATABASE_DIRECT_URL` is set, `DATABASE_URL` leads through a pooler that hands each
transaction to another session: then nothing may be left behind in one (no prepared statements,
no cursors across statements), and who LISTENs goes round it.
"""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tonerloop.common.reading import REPLICA
from tonerloop.common.wall import OPENED
from tonerloop.config.environment import flag

APP_ROLE = "tonerloop_app"
OWNER_ROLE = "tonerloop_owner"
IMPATIENT = "-c lock_timeout=5s"  # a migration that waits for a table makes everybody else wait

# A server that went away without a word is noticed within seconds, not hours.
NOTICING: dict[str, Any] = {
    "connect_timeout": "5",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",  # milliseconds for what we sent to be acknowledged
}


def databases(home: Path) -> dict[str, dict[str, Any]]:
    """Django's settings of the database and, where there is one, of its replica for reports."""
    replica = os.environ.get("DATABASE_REPLICA_URL")
    found = {"default": database_settings(home)}
    return {**found, REPLICA: _database(replica)} if replica and not _as_owner() else found


# Parameters are bound by the server, and a statement's second use on a connection prepares it:
# PostgreSQL then plans most of them once. It goes on choosing between its own and a general plan;
# forcing general ones would cost the partial indexes their use, and was no faster.
PREPARED = {"server_side_binding": True, "prepare_threshold": 1}


def database_settings(home: Path) -> dict[str, Any]:
    """Django's settings of the database; the owner's URL while migrating, else the app's.

    `TONERLOOP_AS_OWNER=1` is set by `tonerloop migrate` for itself alone.
    """
    as_owner = _as_owner()
    name = "DATABASE_OWNER_URL" if as_owner else "DATABASE_URL"
    url = os.environ.get(name) or embedded_url(home, OWNER_ROLE if as_owner else APP_ROLE)
    if _for_everybody() and not as_owner:  # said at the session's start, which no pooler passes on
        url = os.environ.get("DATABASE_DIRECT_URL") or url
    return _database(url)


def direct() -> dict[str, Any]:
    """What psycopg needs for a session of its own; {}: the database's address does for that too."""
    url = os.environ.get("DATABASE_DIRECT_URL")
    return {**NOTICING, **conninfo_to_dict(url)} if url else {}


def embedded_url(home: Path, role: str) -> str:
    """The embedded server's address for a role; its socket's folder is written at its start."""
    socket = home / "postgres.socket"
    folder = socket.read_text().strip() if socket.exists() else str(home / "postgres")
    return make_conninfo("", host=folder, dbname="tonerloop", user=role)


def _as_owner() -> bool:
    return os.environ.get("TONERLOOP_AS_OWNER") == "1"


def _database(url: str) -> dict[str, Any]:
    pooled = bool(os.environ.get("DATABASE_DIRECT_URL"))
    prepared = not _as_owner() and flag("TONERLOOP_PREPARED", default=not pooled)
    return {
        "ENGINE": "tonerloop.config.postgres",
        "CONN_MAX_AGE": None,  # each thread keeps its connection: no log-in, plans stay
        "CONN_HEALTH_CHECKS": True,  # one that died between two requests is replaced unseen
        "DISABLE_SERVER_SIDE_CURSORS": not prepared,
        **_parts(url, PREPARED if prepared else {"prepare_threshold": None}),
    }


def _parts(url: str, options: dict[str, Any]) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    parts = {
        "NAME": given.pop("dbname", "tonerloop"),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
    }
    beginning = " ".join(filter(None, [str(given.pop("options", "")), *_begun_with()]))
    session = {"options": beginning} if beginning else {}
    return {**parts, "OPTIONS": {**NOTICING, **options, **given, **session}}


def _begun_with() -> list[str]:
    """What a connection is told at its start: acting for everybody, not waiting long for locks."""
    return [OPENED] * _for_everybody() + [IMPATIENT] * _as_owner()


def _for_everybody() -> bool:
    return os.environ.get("TONERLOOP_WALL") == "open"  # set by the commands that act so
