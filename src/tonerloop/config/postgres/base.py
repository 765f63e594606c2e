"""The connection: a transaction that begins behind a wall is told so with its first breath."""

from django.db.backends.postgresql import base

from tonerloop.common.wall import Wall, begun, names, say


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's; `wall` is what this thread may see (common/wall.py)."""

    wall: Wall | None = None

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        if not autocommit and self.wall is not None and (told := names(self.wall, begun(self))):
            say(self, "BEGIN", *told)
