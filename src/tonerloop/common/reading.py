"""Reports and lists that may be a little old are read from a replica, where there is one.

Only inside `may_be_old()`, and never inside a transaction begun there: what a verb decides on, and
whatever it locks, is always read from the primary.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

REPLICA = "replica"

# How many transactions were open on the primary when it began; None: not inside.
_old: ContextVar[int | None] = ContextVar("may_be_old", default=None)


@contextmanager
def may_be_old() -> Iterator[None]:
    """Inside, what is read may be some seconds old; `connections` must have a replica."""
    before = _old.set(_open())
    try:
        yield
    finally:
        _old.reset(before)


def reading() -> BaseDatabaseWrapper:
    """The connection on which plain SQL reads here and now."""
    return connections[_alias()]


class Router:
    """Django asks it where a model is read and written."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """The replica inside `may_be_old()`, else the primary."""
        return _alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Always the primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Rows of both belong together: they are the same ones."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The replica follows by itself."""
        return db == DEFAULT_DB_ALIAS


def _alias() -> str:
    began = _old.get()
    return REPLICA if began is not None and _open() <= began else DEFAULT_DB_ALIAS


def _open() -> int:
    return len(connections[DEFAULT_DB_ALIAS].atomic_blocks)
