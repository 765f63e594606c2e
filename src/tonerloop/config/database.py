"""Where the database is: a real server by URL, or the embedded one in the data folder.

Two roles from the first migration: the owner migrates, `tonerloop_app` runs web and workers
and has no UPDATE, DELETE or TRUNCATE on append-only tables.
"""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tonerloop.common.wall import OPENED

APP_ROLE = "tonerloop_app"
OWNER_ROLE = "tonerloop_owner"
IMPATIENT = "-c lock_timeout=5s"  # a migration that waits for a table makes everybody else wait


def database_settings(home: Path) -> dict[str, Any]:
    """Django's settings of the database; the owner's URL while migrating, else the app's.

    `TONERLOOP_AS_OWNER=1` is set by `tonerloop migrate` for itself alone.
    """
    as_owner = os.environ.get("TONERLOOP_AS_OWNER") == "1"
    name = "DATABASE_OWNER_URL" if as_owner else "DATABASE_URL"
    url = os.environ.get(name) or embedded_url(home, OWNER_ROLE if as_owner else APP_ROLE)
    parts = _parts(url)
    options = [parts["OPTIONS"].get("options", "")]
    if os.environ.get("TONERLOOP_WALL") == "open":  # set by the command that acts for everybody
        options.append(OPENED)
    if as_owner:
        options.append(IMPATIENT)
    if any(options):
        parts["OPTIONS"]["options"] = " ".join(filter(None, options))
    return {"ENGINE": "tonerloop.config.postgres", "CONN_MAX_AGE": None, **parts}


def embedded_url(home: Path, role: str) -> str:
    """The embedded server's address for a role; its socket's folder is written at its start."""
    socket = home / "postgres.socket"
    folder = socket.read_text().strip() if socket.exists() else str(home / "postgres")
    return make_conninfo("", host=folder, dbname="tonerloop", user=role)


def _parts(url: str) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    parts = {
        "NAME": given.pop("dbname", "tonerloop"),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": str(given.pop("port", "")),
    }
    return {**parts, "OPTIONS": given}
