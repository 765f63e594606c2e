"""A backup of the whole database in one file, and its way back into an empty one.

PostgreSQL's own `pg_dump` and `pg_restore` do the work, those of the embedded server's wheel, so
that nothing need be installed; they read real servers of the same or an older version too.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tonerloop.config import embedded
from tonerloop.config.migrate import NoOwner, migrate

COUNTED: dict[str, LiteralString] = {
    "orders": "SELECT count(*) FROM orders_order",
    "points": "SELECT coalesce(sum(points), 0) FROM points_entry WHERE book = 'customer'",
    "collected pieces": "SELECT coalesce(sum(quantity), 0) FROM collection_count",
    "journal entries": "SELECT count(*) FROM journal_entry",
}


class BackupFailed(Exception):
    """No backup was made, or none was restored; the text says why and what to do."""


@dataclass(frozen=True)
class Held:
    """What a database holds, to be compared with what it held before."""

    counts: dict[str, int]

    def __str__(self) -> str:
        return ", ".join(f"{count:,} {what}" for what, count in self.counts.items())


def backup(file: Path) -> Held:
    """Write everything, as it is at one moment, to a new file that only its owner can read.

    The product may go on running. BackupFailed where the file is there already: an older
    backup is never overwritten.
    """
    part = file.with_name(file.name + ".part")
    if file.exists():
        raise BackupFailed(f"{file} is there already. Name a new file.")
    with _connection() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        held = _held(connection)  # counted in the very moment that the file shows
        part.unlink(missing_ok=True)  # with whatever rights somebody gave it
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={part}")
    part.rename(file)
    return held


def restore(file: Path) -> Held:
    """Bring a backup back into an empty database, up to this version's shape, with its rights."""
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    with _connection() as connection:
        found = connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1")
        if found.fetchone():
            raise BackupFailed(
                "The database is not empty, and a backup is never mixed with other data. Name an "
                "empty one: another TONERLOOP_HOME, or a new database on your server."
            )
    # All or nothing; owners and rights are those of this server, whatever the other's were.
    as_here = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    _run("pg_restore", *as_here, str(file))
    migrate(verbosity=0)
    with _connection() as connection:
        return _held(connection)


def _connection() -> "psycopg.Connection":
    return psycopg.connect(_owner())


def _owner() -> str:
    url = os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise NoOwner
    return url


def _held(connection: "psycopg.Connection") -> Held:
    counts = {}
    for what, query in COUNTED.items():
        ((count,),) = connection.execute(query).fetchall()
        counts[what] = int(count)
    return Held(counts)


def _run(program: str, *arguments: str) -> None:
    given = conninfo_to_dict(_owner())
    # In the environment: other users of this machine see the arguments of every program.
    password = str(given.pop("password", None) or "")
    known = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    command = [embedded.program(program), f"--dbname={make_conninfo('', **given)}", *arguments]
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(f"{program} ended with an error:\n{done.stderr.strip()[-1500:]}")
