"""Bring the database to this version's shape, as its owner, and give the application its rights."""

import os

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tonerloop.config.database import APP_ROLE


class NoOwner(Exception):
    """A server of one's own is named without the role that may change its shape."""

    def __str__(self) -> str:
        return (
            "DATABASE_URL is set, but DATABASE_OWNER_URL is not. Set it to the address of the same "
            "database with the role that owns it: only that one may change tables."
        )


def migrate(*, verbosity: int = 1) -> None:
    """Run all migrations as the owner, then grant; the process is the owner's from here on."""
    if os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_OWNER_URL"):
        raise NoOwner
    os.environ["TONERLOOP_AS_OWNER"] = "1"
    import django
    from django.core.management import call_command

    django.setup()
    from tonerloop.config.walls import build

    call_command("migrate", interactive=False, verbosity=verbosity)
    grant(app_role())
    build()


def app_role() -> str:
    """The role of web and workers: the one that DATABASE_URL names."""
    return str(conninfo_to_dict(os.environ.get("DATABASE_URL", "")).get("user") or APP_ROLE)


def grant(role: str) -> None:
    """Everything that the application needs, and no changing of what is append-only."""
    from django.db import connection, transaction

    from tonerloop.common import append_only

    app = sql.Identifier(role)
    with transaction.atomic(), connection.cursor() as cursor:
        for right in (
            "USAGE ON SCHEMA public",
            "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
            "USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public",
        ):
            cursor.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(right), app))
        for table in append_only.tables():
            revoke = sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}")
            cursor.execute(revoke.format(sql.Identifier(table), app))
