"""Where the database is: a real server by URL, or the embedded one in the data folder.

Two roles from the first migration: the owner migrates, `tonerloop_app` runs web and workers
and has no UPDATE, DELETE or TRUNCATE on append-only tables.
"""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tonerloop.config.environment import flag

APP_ROLE = "tonerloop_app"
OWNER_ROLE = "tonerloop_owner"

# Parameters are bound by the server, and a statement's second use on a connection prepares it:
# PostgreSQL then plans most of them once. It goes on choosing between its own and a general plan;
# forcing general ones would cost the partial indexes their use, and was no faster.
PREPARED = {"server_side_binding": True, "prepare_threshold": 1}


def database_settings(home: Path) -> dict[str, Any]:
    """Django's settings of the database; the owner's URL while migrating, else the app's.

    `TONERLOOP_AS_OWNER=1` is set by `tonerloop migrate` for itself alone.
    """
    as_owner = os.environ.get("TONERLOOP_AS_OWNER") == "1"
    name = "DATABASE_OWNER_URL" if as_owner else "DATABASE_URL"
    url = os.environ.get(name) or embedded_url(home, OWNER_ROLE if as_owner else APP_ROLE)
    prepared = not as_owner and flag("TONERLOOP_PREPARED", default=True)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,  # each thread keeps its connection: no log-in, plans stay
        "DISABLE_SERVER_SIDE_CURSORS": not prepared,
        **_parts(url, PREPARED if prepared else {}),
    }


def embedded_url(home: Path, role: str) -> str:
    """The embedded server's address for a role; its socket's folder is written at its start."""
    socket = home / "postgres.socket"
    folder = socket.read_text().strip() if socket.exists() else str(home / "postgres")
    return make_conninfo("", host=folder, dbname="tonerloop", user=role)


def _parts(url: str, options: dict[str, Any]) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    parts = {
        "NAME": given.pop("dbname", "tonerloop"),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
    }
    return {**parts, "OPTIONS": options | given}
