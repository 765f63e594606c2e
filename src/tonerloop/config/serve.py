"""The web server: the product under WSGI and, beside it, the open pages' stream under ASGI."""

import os
import shutil
import time
from pathlib import Path

from tonerloop.config import statics
from tonerloop.config.environment import text
from tonerloop.config.ports import is_free
from tonerloop.config.processes import Family, child

SPARE = 2  # threads of the web server that are always free to turn somebody away


class PortTaken(Exception):
    """Another program listens where we were told to."""

    def __init__(self, port: int, variable: str) -> None:
        super().__init__(f"Port {port} is taken by another program. Set {variable} to a free one.")


def serve(home: Path, only: str | None = None) -> None:
    """Serve until told to stop: the product and the stream of open pages, or `only` one of them."""
    port = int(text("TONERLOOP_PORT", "8000"))
    live = int(text("TONERLOOP_LIVE_PORT", str(port + 1)))
    places = (("web", port, "TONERLOOP_PORT"), ("live", live, "TONERLOOP_LIVE_PORT"))
    for part, wanted, variable in places:
        if only in (None, part) and not is_free(wanted, bind()):
            raise PortTaken(wanted, variable)
    if only != "live":
        statics.collect(home)
    with Family(environment=addresses(port, live)) as family:
        start(family, port, live, only)
        while True:
            family.check()
            time.sleep(0.5)


def addresses(port: int, live: int) -> dict[str, str]:
    """The public addresses: as told by the environment, else those of this machine."""
    return {
        "TONERLOOP_URL": text("TONERLOOP_URL", f"http://127.0.0.1:{port}"),
        "TONERLOOP_LIVE_URL": text("TONERLOOP_LIVE_URL", f"http://127.0.0.1:{live}/live"),
    }


def start(family: Family, port: int, live: int, only: str | None = None) -> None:
    """Start the product and the stream of open pages, or `only` one of them (web, live)."""
    if only != "live":
        _start_web(family, port)
    if only != "web":
        family.start("live", _granian("asgi", "tonerloop.outbound.live:application", live))


def _start_web(family: Family, port: int) -> None:
    workers = text("TONERLOOP_WORKERS", str(min(os.cpu_count() or 1, 4)))
    serving = str(threads() + waiting() + SPARE)
    product = ["--workers", workers, "--blocking-threads", serving]
    command = _granian("wsgi", "tonerloop.config.wsgi:application", port, *product)
    figures = str(_figures(family, port))
    family.start(
        *("web", command),
        PROMETHEUS_MULTIPROC_DIR=figures,
        TONERLOOP_WALL="shut",
        MALLOC_ARENA_MAX=text("MALLOC_ARENA_MAX", "2"),  # else each thread keeps its own heap
    )


def threads() -> int:
    """Threads of one process on which the product runs, each with one database connection."""
    return int(text("TONERLOOP_THREADS", "2"))


def waiting() -> int:
    """Requests of one process that may wait for such a thread; more are turned away: gate.py."""
    return int(text("TONERLOOP_WAITING", str(8 * threads())))


def _figures(family: Family, port: int) -> Path:
    """Where each process of the web server counts in a file of its own; empty at the start."""
    home = family.environment.get("TONERLOOP_HOME") or text("TONERLOOP_HOME", ".tonerloop")
    folder = Path(home).resolve() / f"figures-{port}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def bind() -> str:
    """The address on which we listen: only this machine's own unless told otherwise."""
    return text("TONERLOOP_BIND", "127.0.0.1")


def _granian(interface: str, target: str, port: int, *options: str) -> list[str]:
    return [
        *child("granian", "--interface", interface),
        *("--host", bind(), "--port", str(port), "--no-ws", "--log-level", "warning"),
        *("--workers-kill-timeout", "10", "--respawn-failed-workers", *options, target),
    ]
