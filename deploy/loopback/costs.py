"""What an order costs each part: processor time, log and room, measured on the cluster at work."""

import json
import os
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psycopg

from deploy.loopback.cast import PASSWORD, Buyer
from deploy.loopback.cluster import Cluster
from deploy.loopback.load import Load, by_browser, by_program
from deploy.loopback.trial import DUE

FILE = Path(__file__).parents[1] / "costs.json"
SECONDS = 30.0
IDLE = 12.0  # seconds in which nobody orders: what beats and looks round all the same
TICK = 1000 / os.sysconf("SC_CLK_TCK")  # ms
WAL = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(current_database())"
Costs = dict[str, dict[str, float]]


def measure(cluster: Cluster, buyers: list[Buyer]) -> Costs:
    """Per order, by program and by browser: ms of each part, KB of log, KB in the database."""
    programs = [by_program(cluster.url, b.key, b.line) for b in buyers]
    browsers = [by_browser(cluster.url, b.email, PASSWORD) for b in buyers]
    idle = _idle(cluster)
    ways = {"program": programs, "browser": browsers}
    costs = {name: _cost(cluster, clients, idle) for name, clients in ways.items()}
    FILE.write_text(json.dumps(costs, indent=1) + "\n")
    return costs


def _idle(cluster: Cluster) -> dict[str, float]:
    """What every part spends a second without any order."""
    _settled(cluster)
    before, at = _spent(cluster), time.monotonic()
    time.sleep(IDLE)
    after, seconds = _spent(cluster), time.monotonic() - at
    return {part: (after[part] - before[part]) / seconds for part in after}


def _cost(
    cluster: Cluster, clients: list[Callable[[Load], None]], idle: dict[str, float]
) -> dict[str, float]:
    _settled(cluster)
    load, before, at = Load(), _spent(cluster), time.monotonic()
    for client in clients:
        load.start(client)
    time.sleep(SECONDS)
    load.stop()
    _settled(cluster)
    spent, orders = _spent(cluster), max(1, len(load.placed))
    seconds = time.monotonic() - at
    own = {part: spent[part] - before[part] - idle.get(part, 0) * seconds for part in spent}
    cost = {part: round(max(0.0, total) / orders, 1) for part, total in own.items()}
    return {**cost, "orders": len(load.placed), "seconds": round(seconds, 1)}


def _settled(cluster: Cluster) -> None:
    """Wait until the workers have done all that is due."""
    with psycopg.connect(cluster.database(), autocommit=True) as connection:
        for _ in range(180):
            found = connection.execute(DUE.encode()).fetchone()
            if found and not found[0]:
                return
            time.sleep(0.5)


def _spent(cluster: Cluster) -> Counter[str]:
    """Milliseconds of each part so far, and KB."""
    spent: Counter[str] = Counter()
    primary = cluster.primary()
    ticks, parents = _table()
    for child in cluster.family.children:
        name = child.name.rpartition("-")[0] or child.name
        if name != "patroni":
            spent[name] += _tree(child.process.pid, ticks, parents)
    for node in ("a", "b"):
        part = "postgres" if node == primary else "replica"
        spent[part] += sum(ticks.get(pid, 0) for pid in cluster.server_pids(node))
    with psycopg.connect(cluster.database()) as connection:
        row = connection.execute(WAL).fetchone()
        assert row is not None
        spent["log KB"], spent["database KB"] = int(row[0]) // 1024, int(row[1]) // 1024
    return spent


def _tree(pid: int, ticks: dict[int, int], parents: dict[int, int]) -> int:
    children = [child for child, parent in parents.items() if parent == pid]
    return ticks.get(pid, 0) + sum(_tree(child, ticks, parents) for child in children)


def _table() -> tuple[dict[int, int], dict[int, int]]:
    """Milliseconds and parent of every process; those of ended children count with the parent."""
    ticks, parents = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                facts = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            pid = int(folder.name)
            parents[pid] = int(facts[1])
            ticks[pid] = round(sum(int(n) for n in facts[11:15]) * TICK)
    return ticks, parents
