"""The job worker: sends what leaves the building, beats, and takes up what a dead one left."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
import psycopg_pool
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

from tonerloop.config.environment import text

log = logging.getLogger(__name__)
AGAIN = 1.0  # seconds until a worker that lost the database begins anew
T = TypeVar("T")


def work() -> None:
    """Work until told to stop; a job that has begun is finished first.

    Where the database is lost, the worker begins anew under another id: what the lost session
    may have taken without our hearing of it then belongs to a dead worker, and is rescued.
    """
    import django

    if direct := os.environ.get("DATABASE_DIRECT_URL"):
        os.environ["DATABASE_URL"] = direct  # it LISTENs; so few sessions need no pooler
    django.setup()
    asyncio.run(_until_told())


class _Watched(PsycopgConnector):
    """Tells when a statement found the database gone.

    Each of the queue's statements is a transaction by itself and is sent as it is: no BEGIN and
    COMMIT around it, no asking first whether the connection lives, since `lost` tells.
    """

    def __init__(self, **parameters: Any) -> None:
        super().__init__(pool_factory=_pool, kwargs=parameters)
        self.lost = asyncio.Event()

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        await self._watch(super().execute_query_async(query, **arguments))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        return await self._watch(super().execute_query_one_async(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        return await self._watch(super().execute_query_all_async(query, **arguments))

    async def _watch(self, doing: Awaitable[T]) -> T:
        try:
            return await doing
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
                self.lost.set()
            raise


def _pool(**given: Any) -> psycopg_pool.AsyncConnectionPool:
    return psycopg_pool.AsyncConnectionPool(**{**given, "check": None, "configure": _plain})


async def _plain(connection: psycopg.AsyncConnection) -> None:
    await connection.set_autocommit(True)


async def _until_told() -> None:
    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, told.set)
    while not told.is_set():
        try:
            await _once(told)
        except Exception as error:  # whatever ended it: a worker goes on until it is told
            log.warning("worker: %r; it begins anew", error)
        with suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), AGAIN)


async def _once(told: asyncio.Event) -> None:
    """One worker's life: until told to stop, or until the database is lost."""
    from procrastinate.contrib.django import app

    from tonerloop.common.listening import listening_parameters

    connector = _Watched(**listening_parameters())
    with app.replace_connector(connector):
        async with app.open_async():
            working = asyncio.create_task(app.run_worker_async(**_options()))
            waiting = [asyncio.create_task(event.wait()) for event in (told, connector.lost)]
            await asyncio.wait([working, *waiting], return_when=asyncio.FIRST_COMPLETED)
            for task in [working, *waiting]:  # a cancelled worker finishes its jobs first
                task.cancel()
            with suppress(asyncio.CancelledError):
                await working


def _options() -> dict[str, Any]:
    return {
        "name": f"{os.uname().nodename}-{os.getpid()}",
        "concurrency": int(text("TONERLOOP_JOBS", "4")),
        "fetch_job_polling_interval": 1.0,  # of what comes at a moment nobody is told
        "shutdown_graceful_timeout": 15,
        "listen_notify": True,
        "delete_jobs": "never",
        "install_signal_handlers": False,
    }
