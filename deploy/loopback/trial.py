"""One trial: load, the primary killed, and everything counted afterwards."""

import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from deploy.loopback.cast import PASSWORD, Buyer
from deploy.loopback.cluster import Cluster
from deploy.loopback.load import Load, Placed, by_browser, by_program
from tonerloop.common.wall import OPENED

BEFORE, AFTER = 15.0, 10.0  # seconds of load before the kill and after all is well again
PATIENCE = 180.0

# Placed twice: the same wish, to the same manufacturer, site and in the same currency.
TWICE = """
SELECT count(*) FROM (
    SELECT FROM orders_order WHERE reference ~ '^[PB]-'
    GROUP BY reference, manufacturer_id, site_id, currency HAVING count(*) > 1
) twice
"""
LEFT = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND {due}"
DUE = LEFT.format(due="(scheduled_at IS NULL OR scheduled_at < now())")
UNTOLD = """
SELECT count(*) FROM orders_order o WHERE reference ~ '^[PB]-' AND NOT EXISTS (
    SELECT FROM outbound_message m WHERE m.order_id = o.id
)
"""


@dataclass
class Outcome:
    """What one trial showed; seconds are since the kill, None: not within the patience."""

    kind: str
    seconds: dict[str, float | None] = field(default_factory=dict)
    placed: int = 0
    repeated: int = 0
    lost: int = 0
    duplicates: int = 0
    unfinished: int = 0
    answers: Counter[str] = field(default_factory=Counter)


class Stream:
    """An open page of a back office, which comes back by itself as browsers do."""

    def __init__(self, address: str) -> None:
        self.address, self.heard = address, list[float]()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            with suppress(OSError):
                self._read()
            time.sleep(0.5)

    def _read(self) -> None:
        with urllib.request.urlopen(self.address, timeout=30) as lines:  # noqa: S310 - ours
            for line in lines:
                if line.startswith(b"data: "):
                    self.heard.append(time.monotonic())


def trial(cluster: Cluster, kind: str, buyers: list[Buyer], stream: Stream) -> Outcome:
    """Kill the primary (`server`: PostgreSQL alone, `machine`: with its Patroni) under load."""
    load, outcome = Load(), Outcome(kind)
    for buyer in buyers:
        load.start(by_program(cluster.url, buyer.key, buyer.line))
        load.start(by_browser(cluster.url, buyer.email, PASSWORD))
    time.sleep(BEFORE)
    old = cluster.primary()
    killed = time.monotonic()
    (cluster.kill_machine if kind == "machine" else cluster.kill_server)(old)

    def since(held: Callable[[], bool]) -> float | None:
        while not held():
            if time.monotonic() > killed + PATIENCE:
                return None
            time.sleep(0.1)
        return round(time.monotonic() - killed, 1)

    seconds = outcome.seconds
    seconds["another primary"] = since(lambda: cluster.primary() not in ("", old))
    for way in ("program", "browser"):
        since(lambda: bool(_first(load, way, killed)))  # noqa: B023
        first = _first(load, way, killed)
        seconds[f"first order by {way}"] = round(first - killed, 1) if first else None
    if kind == "machine":
        cluster.start_node(old)
    seconds["old primary back as replica"] = since(lambda: cluster.follows(old))
    seconds["commits wait for it again"] = since(cluster.is_guarded)
    time.sleep(AFTER)
    heard = [at for at in stream.heard if at > killed + (seconds["another primary"] or 0)]
    seconds["open page heard again"] = round(heard[0] - killed, 1) if heard else None
    load.stop()
    _count(cluster, load, outcome)
    return outcome


def _first(load: Load, way: str, killed: float) -> float | None:
    """When the first try begun after the kill was answered "placed"."""
    times = [one.answered for one in list(load.placed) if one.way == way and one.began > killed]
    return min(times, default=None)


def _count(cluster: Cluster, load: Load, outcome: Outcome) -> None:
    outcome.placed, outcome.answers = len(load.placed), load.answers
    outcome.repeated = sum(one.tries > 1 for one in load.placed)
    # Whoever counts looks at everybody's orders.
    with psycopg.connect(cluster.database(), autocommit=True, options=OPENED) as connection:
        outcome.lost = _lost(connection, load.placed)
        outcome.duplicates = _number(connection, TWICE)
        until = time.monotonic() + PATIENCE
        while _number(connection, DUE) and time.monotonic() < until:
            time.sleep(1)
        outcome.unfinished = _number(connection, DUE) + _number(connection, UNTOLD)


def _lost(connection: psycopg.Connection, placed: list[Placed]) -> int:
    wanted = [one.reference for one in placed]
    sql = "SELECT DISTINCT reference FROM orders_order WHERE reference = ANY(%s)"
    return len(set(wanted) - {row[0] for row in connection.execute(sql, [wanted])})


def _number(connection: psycopg.Connection, sql: str) -> int:
    found = connection.execute(sql.encode()).fetchone()
    assert found is not None
    return int(found[0])
