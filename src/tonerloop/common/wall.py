"""The second wall between tenants: PostgreSQL's row-level security, told who acts.

The first wall is `visible_to` and its like. Should one be forgotten, the database shows the
application's role only rows of the organisation named here, and none where nobody is named. A
name holds for one transaction (never for a session, which a pooler may hand to somebody else),
so outside of one each statement gets a transaction of its own. What each organisation may see
is in `config/walls.py`.

Workers, migrations and the command line act for everybody: their connections begin so, by
`TONERLOOP_WALL=open`, which the `tonerloop` command sets for all but `serve`.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from psycopg import OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from tonerloop.common.actor import Actor

NAMES = ("open", "seller", "customer", "account", "manufacturer", "collector")
OPENED = "-c tonerloop.open=on"
Wall = tuple[str, ...]
SHUT: Wall = ("",) * len(NAMES)
OPEN: Wall = ("on", *SHUT[1:])


def wall_of(actor: Actor) -> Wall:
    """What the database is told of an actor: one organisation, and of a customer its seller."""
    own: dict[str, int | None] = {"collector": actor.collector_id}
    if actor.customer_id:
        own = {"customer": actor.customer_id, "account": actor.seller_id}
    elif actor.seller_id:
        own = {"seller": actor.seller_id}
    elif actor.manufacturer_id:
        own = {"manufacturer": actor.manufacturer_id}
    return tuple(str(own.get(name) or "") for name in NAMES)


@contextmanager
def behind(wall: Wall) -> Iterator[None]:
    """Inside, the database shows what this wall lets through and nothing else."""
    with ExitStack() as stack:
        for one in connections.all():  # the replica, where there is one, knows walls, too
            stack.enter_context(_behind(wall, one))
        yield


@contextmanager
def _behind(wall: Wall, one: BaseDatabaseWrapper) -> Iterator[None]:
    before: Wall | None = getattr(one, "wall", None)
    outside = begun(one) if before is None else before
    try:
        one.wall = wall  # type: ignore[attr-defined]
        _tell(wall, outside, one)
        if wall == begun(one):  # what it shows by itself needs no transaction to be told in
            yield
        else:
            with one.execute_wrapper(_told):
                yield
    finally:
        one.wall = before  # type: ignore[attr-defined]
        _tell(outside, wall, one)


@contextmanager
def walled(request: HttpRequest, actor: Actor) -> Iterator[None]:
    """Inside, a request acts for the actor's organisation; one that only looks is one transaction.

    What changes something is not: its verbs commit by themselves, whatever comes after.
    """
    with behind(wall_of(actor)):
        if request.method in ("GET", "HEAD") and not connection.in_atomic_block:
            with transaction.atomic():
                yield
        else:
            yield


@contextmanager
def through() -> Iterator[None]:
    """Inside, a verb reaches what belongs together on both sides; each use says why."""
    with behind(OPEN):
        yield


def begun(one: BaseDatabaseWrapper) -> Wall:
    """What this connection shows before it is told anything."""
    options = str(one.settings_dict.get("OPTIONS", {}).get("options", ""))
    return OPEN if OPENED in options else SHUT


def names(wall: Wall, before: Wall) -> list[str]:
    """The statements that lead from one wall to another; none where they are the same."""
    changed = zip(NAMES, wall, before, strict=True)
    assert all(value.isalnum() for value in wall if value)
    return [f"SET LOCAL tonerloop.{name} = '{now}'" for name, now, was in changed if now != was]


def say(one: BaseDatabaseWrapper, *statements: str) -> None:
    """Send statements without parameters or answers at once, past all that a query takes."""
    pipe = one.connection.pgconn
    with one.wrap_database_errors:
        done = pipe.exec_("; ".join(statements).encode())
        if pipe.status != ConnStatus.OK:
            raise OperationalError(pipe.get_error_message())
        if done.status != ExecStatus.COMMAND_OK:
            raise error_from_result(done)


def _tell(wall: Wall, before: Wall, one: BaseDatabaseWrapper) -> None:
    """Tell a transaction that runs already; a new one is told at its beginning."""
    if one.connection is None or not one.in_atomic_block:
        return
    status = one.connection.info.transaction_status
    if status == TransactionStatus.INERROR:  # it is undone anyway
        return
    if changed := names(wall, before):
        # Before its first statement psycopg has not begun: what is told then would be lost.
        say(one, *(["BEGIN"] if status == TransactionStatus.IDLE else []), *changed)


def _told(
    execute: Callable[..., Any], query: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    one = context["connection"]
    if one.in_atomic_block:
        return execute(query, params, many, context)
    with transaction.atomic(using=one.alias):
        return execute(query, params, many, context)
