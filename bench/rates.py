"""Rates of all work in alternating rounds, beside an empty page and PostgreSQL alone."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field

import psycopg
from django.db import transaction

from bench import cast
from bench.browser import Browser
from bench.load import CLIENTS, Figures, Round, drive, figures, visitors
from bench.pgbench import Pgbench
from bench.plans import statements
from bench.stack import Stack
from bench.store import HOME
from bench.visitor import Within
from bench.work import ALL, BY_API, PAGES, SCREEN, Desk, Work
from tonerloop.config import embedded


@dataclass
class Rates:
    """What was measured, by the name of the work."""

    product: dict[str, Figures] = field(default_factory=dict)
    alone: dict[str, Figures] = field(default_factory=dict)  # pgbench
    statements: dict[str, int] = field(default_factory=dict)
    price_ms: float = 0.0


async def measure(stack: Stack, *, rounds: int, seconds: float) -> Rates:
    """Every kind of work in turn, then PostgreSQL alone, and all again: noise touches all."""
    desk, keys = cast.desk(), cast.keys()
    found, tools = Rates(), Pgbench(stack.server, stack.database, HOME / stack.database / "pgbench")
    scripts = _scripts(tools, desk, found)
    kinds = {work.who for work in ALL}
    clients = {who: await visitors(stack.url, who, keys) for who in sorted(kinds)}
    of_product: dict[str, list[Round]] = defaultdict(list)
    of_alone: dict[str, list[Round]] = defaultdict(list)
    for turn in range(rounds + 1):  # the first round warms up and is not counted
        for work in ALL:
            _ready(work, clients[work.who])
            long = seconds if turn else min(1.0, seconds)
            one = await drive(work, clients[work.who], desk, long, stack.cpu)
            await _settled(stack, one)
            if turn:
                of_product[work.name].append(one)
        for name, script in scripts.items() if turn else ():
            of_alone[name].append(await asyncio.to_thread(tools.run, script, seconds))
            tools.clear()
    found.product = {name: figures(each) for name, each in of_product.items()}
    found.alone = {name: figures(each) for name, each in of_alone.items()}
    found.price_ms = _one_price()
    for each in (one for group in clients.values() for one in group):
        each.close()
    return found


def _scripts(tools: Pgbench, desk: Desk, found: Rates) -> dict[str, object]:
    """Scripts of the reads that the pages really make, and of the order."""
    scripts = {BY_API.name: tools.order()}
    for work in (SCREEN, *PAGES):
        scripts[work.name] = tools.reads(work.name, _said(work, desk))
    for work in ALL:
        found.statements[work.name] = len(_said(work, desk)) if not work.writes else 0
    return scripts  # type: ignore[return-value]


def _said(work: Work, desk: Desk) -> list[str]:
    from django.test import Client

    from tonerloop.parties.models import Person

    with transaction.atomic():
        someone = Within(Client())
        someone.client.force_login(Person.objects.get(email=cast.email(work.who, 0)))
        someone.things.update(cast.things(work.who, 0))
        said = statements(work, someone, desk)
        transaction.set_rollback(True)
    return said


def _ready(work: Work, clients: list[Browser]) -> None:
    """Give each clerk a box of its own, since a box is opened at one station."""
    if work.who == "clerk":
        for client, box in zip(clients, cast.boxes(CLIENTS), strict=True):
            client.things.pop("opened", None)
            client.things["box"] = box


async def _settled(stack: Stack, one: Round) -> None:
    """Wait for the jobs that the round caused, and add their CPU to it."""
    before = stack.cpu()
    await asyncio.to_thread(drained, stack.server, stack.database)
    for name, value in stack.cpu().items():
        one.cpu[name] += value - before[name]


def waiting(server: embedded.Server, database: str) -> int:
    """Jobs that are due or under way."""
    with psycopg.connect(server.url(embedded.SUPERUSER, database)) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
            " AND (scheduled_at IS NULL OR scheduled_at <= now())"
        ).fetchone()
    return int(row[0]) if row else 0


def drained(server: embedded.Server, database: str, within: float = 120) -> None:
    """Wait until no job is due any more."""
    until = time.perf_counter() + within
    while waiting(server, database) and time.perf_counter() < until:
        time.sleep(0.1)


def _one_price(times: int = 500) -> float:
    """Milliseconds of the price of one product for one customer, as every door asks for it."""
    from tonerloop.orders.models import OrderLine
    from tonerloop.pricing.prices import prices_for

    line = OrderLine.objects.filter(order__customer_id=1).select_related("order__customer")[0]
    order, day = line.order, line.order.placed_at.date()
    began = time.perf_counter()
    for _ in range(times):
        prices_for(
            seller_id=order.seller_id,
            customer_id=order.customer_id,
            group_id=order.customer.group_id,
            day=day,
            consumables=[line.consumable_id],
        )
    return (time.perf_counter() - began) / times * 1000
