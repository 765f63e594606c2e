"""The connection: a transaction that begins behind a wall is told so with its first breath."""

from django.db.backends.postgresql import base

from tonerloop.common.wall import SHUT, TELL, Wall


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's; `wall` is what this thread may see (common/wall.py)."""

    wall: Wall | None = None

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and self.wall is not None and self.wall != SHUT:
            with self.wrap_database_errors:
                self.connection.execute(TELL, self.wall)
