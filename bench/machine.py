"""What processes used: CPU and memory by /proc, each with all that it started."""

import os
import platform
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """Seconds of CPU of a process and all its children, ended ones too."""
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in _tree(root)) / TICK


def resident_mb(root: int) -> float:
    """Resident memory of the largest process of a tree, in MB."""
    return max(_resident(pid) for pid in _tree(root)) / 1e6


def own_mb(root: int) -> float:
    """Memory of all processes of a tree in MB; what some share counts once, in parts (PSS)."""
    return sum(_proportional(pid) for pid in _tree(root)) / 1e3


def versions() -> str:
    """The machine and the versions that were measured, in a line."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    names = ("django", "granian", "psycopg", "procrastinate")
    parts = [f"{name} {version(name)}" for name in names]
    return (
        f"Python {platform.python_version()}, PostgreSQL {postgres}, {', '.join(parts)}; {_cpu()}"
    )


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} cores, {names[0] if names else platform.machine()}"


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (stat := _stat(int(folder.name))):
            children[int(stat[1])].append(int(folder.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        if _stat(pid):
            found.append(pid)
        waiting += children[pid]
    return found


def _stat(pid: int) -> list[str]:
    """The fields after the name: state, parent, …; none where it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _resident(pid: int) -> int:
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _proportional(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
