"""How many jobs workers do: journal entries dispatched, mails sent; and whether the queue grows."""

import asyncio
import statistics
import time
from dataclasses import dataclass

import psycopg
from django.db import connection

from bench import cast
from bench.browser import Browser
from bench.load import visitors
from bench.rates import drained, waiting
from bench.stack import Stack
from bench.work import BY_API, Desk
from tonerloop.config import embedded

DONE = """
SELECT j.task_name, count(*), extract(epoch FROM max(e.at)), extract(epoch FROM min(b.at))
  FROM procrastinate_jobs j
  JOIN procrastinate_events e ON e.job_id = j.id AND e.type = 'succeeded'
  JOIN procrastinate_events b ON b.job_id = j.id AND b.type = 'started'
 WHERE j.id > %s AND j.queue_name = 'outbound' GROUP BY 1
"""


@dataclass(frozen=True)
class Jobs:
    """What so many workers did of a full queue."""

    workers: int
    dispatched: float  # journal entries a second
    mails: float  # a second, at the same time
    all: float


@dataclass(frozen=True)
class Queue:
    """A stream of orders and what became of the queue meanwhile."""

    offered: float  # orders a second
    placed: float
    growth: float  # jobs a second
    longest: int
    workers: int


def full_queue(stack: Stack, workers: int, orders: int) -> Jobs:
    """Place orders while nobody works, then let so many workers at them."""
    stack.stop_workers()
    drained(stack.server, stack.database, within=0)
    first = _last_job(stack)
    asyncio.run(_place(stack, orders))
    stack.start_workers(workers)
    time.sleep(1)
    drained(stack.server, stack.database, within=300)
    with connection.cursor() as cursor:
        cursor.execute(DONE, [first])
        rows = cursor.fetchall()
    if not rows:
        return Jobs(workers, 0, 0, 0)
    took = float(max(row[2] for row in rows) - min(row[3] for row in rows)) or 1.0
    done = {row[0]: row[1] for row in rows}
    mails = done.get("outbound.send_mail", 0)
    return Jobs(
        workers,
        done.get("outbound.dispatch", 0) / took,
        mails / took,
        sum(done.values()) / took,
    )


def _last_job(stack: Stack) -> int:
    with psycopg.connect(stack.server.url(embedded.SUPERUSER, stack.database)) as superuser:
        row = superuser.execute("SELECT coalesce(max(id), 0) FROM procrastinate_jobs").fetchone()
    return int(row[0]) if row else 0


async def _place(stack: Stack, orders: int) -> None:
    desk = cast.desk()
    clients = await visitors(stack.url, "program", cast.keys())
    for turn in range(0, orders, len(clients)):
        await asyncio.gather(*(BY_API.script(one, desk) for one in clients[: orders - turn]))


def stream(stack: Stack, *, rate: float, seconds: float, workers: int) -> Queue:
    """Orders come in at this rate whether or not the server keeps up; the queue is looked at."""
    drained(stack.server, stack.database)
    stack.stop_workers()
    stack.start_workers(workers)
    time.sleep(4)  # until they have begun to listen
    return asyncio.run(_stream(stack, rate, seconds, workers))


async def _stream(stack: Stack, rate: float, seconds: float, workers: int) -> Queue:
    desk, clients = cast.desk(), await visitors(stack.url, "program", cast.keys(), count=16)
    free: asyncio.Queue[Browser] = asyncio.Queue()
    for client in clients:
        free.put_nowait(client)
    lengths: list[tuple[float, int]] = []
    began = time.perf_counter()
    looking = asyncio.create_task(_look(stack, lengths))
    tasks = []
    for turn in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + turn / rate - time.perf_counter()))
        if time.perf_counter() - began > seconds:
            break
        client = await free.get()
        tasks.append(asyncio.create_task(_one(client, desk, free)))
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    looking.cancel()
    later = lengths[len(lengths) // 4 :]  # the first quarter fills the pipe
    growth = statistics.linear_regression(*zip(*later, strict=True)).slope if later[1:] else 0.0
    longest = max((length for _at, length in lengths), default=0)
    return Queue(rate, len(tasks) / took, growth, longest, workers)


async def _one(client: Browser, desk: Desk, free: "asyncio.Queue[Browser]") -> None:
    await BY_API.script(client, desk)
    free.put_nowait(client)


async def _look(stack: Stack, lengths: list[tuple[float, int]]) -> None:
    while True:
        length = await asyncio.to_thread(waiting, stack.server, stack.database)
        lengths.append((time.perf_counter(), length))
        await asyncio.sleep(0.5)
