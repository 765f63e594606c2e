"""Whether an error says that the database is away for a moment: nothing of ours is wrong."""

from django.db import DatabaseError, InterfaceError, OperationalError, connections

RETRY_AFTER = 3  # seconds; a failover takes a few of these

# Shut down, crashed, starting; too many connections; by now a replica that cannot be written;
# a reading that was in the way of a replica's following.
_STATES = {"57P01", "57P02", "57P03", "53300", "25006", "40001"}


def is_away(error: BaseException | None) -> bool:
    """True for a lost or refused connection and for a server that cannot serve just now."""
    while error is not None and not isinstance(error, DatabaseError | InterfaceError):
        error = error.__cause__ or error.__context__
    if error is None:
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    if state is None:  # no server said it: the connection itself broke
        return isinstance(error, OperationalError | InterfaceError)
    return state in _STATES or state.startswith("08")


def let_go() -> None:
    """Close this thread's connections, so that the next request makes new ones."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()
