"""What the product may be served by: as it is, the same server set otherwise, and other servers."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.store import HOME, ROOT
from tonerloop.config import serve
from tonerloop.config.processes import Child, Family, child

WSGI, ASGI = "tonerloop.config.wsgi:application", "bench.asgi:application"
# No parts of the product: laid beside it for a run, in a folder of their own.
OTHERS = ("gunicorn", "waitress", "uvicorn", "uvloop", "httptools")
OTHERS_AT = HOME / "servers"
MANY = "20"  # threads of a server before the product's gate, as ours has


@dataclass(frozen=True)
class Shape:
    """One way to serve: what is told to `tonerloop serve`, what of its command is changed."""

    name: str
    told: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    instead: tuple[str, ...] = ()  # another command; {port} is filled in
    bare: bool = False  # without the variables that `serve` sets for the server's own sake


def _processes(count: int, threads: int = 2) -> dict[str, str]:
    return {"TONERLOOP_WORKERS": str(count), "TONERLOOP_THREADS": str(threads)}


PRESENT = Shape("**as it is**: granian, 2 processes of 2 threads", told=_processes(2))
_GUNICORN = ("gunicorn", "--bind", "127.0.0.1:{port}", "--log-level", "warning")
_UVICORN = (
    "uvicorn",
    "--port",
    "{port}",
    "--log-level",
    "warning",
    "--no-access-log",
    "--workers",
    "2",
)
_GRANIAN = ("granian", "--port", "{port}", "--log-level", "warning", "--workers", "2")
_LIKE_OURS = PRESENT.told

SHAPES = (
    PRESENT,
    Shape("granian, 1 process of 2 threads", told=_processes(1)),
    Shape("granian, 1 process of 4 threads", told=_processes(1, 4)),
    Shape("granian, 2 processes of 1 thread", told=_processes(2, 1)),
    Shape("granian, 2 processes of 4 threads", told=_processes(2, 4)),
    Shape("granian, 3 processes", told=_processes(3)),
    Shape("granian, 4 processes", told=_processes(4)),
    Shape(
        "granian, 4 threads before the gate", told=_LIKE_OURS, options={"--blocking-threads": "4"}
    ),
    Shape(
        "granian, runtime of 2 threads",
        _LIKE_OURS,
        {"--runtime-mode": "mt", "--runtime-threads": "2"},
    ),
    Shape("granian, HTTP/1 alone", told=_LIKE_OURS, options={"--http": "1"}),
    Shape(
        "granian, as it comes",
        _LIKE_OURS,
        instead=(*_GRANIAN, "--interface", "wsgi", WSGI),
        bare=True,
    ),
    Shape("granian, ASGI", _LIKE_OURS, instead=(*_GRANIAN, "--interface", "asginl", ASGI)),
    Shape(
        "gunicorn, 2 processes, threads",
        _LIKE_OURS,
        instead=(*_GUNICORN, "-k", "gthread", "--workers", "2", "--threads", MANY, WSGI),
    ),
    Shape("gunicorn, 4 processes, sync", _LIKE_OURS, instead=(*_GUNICORN, "--workers", "4", WSGI)),
    Shape("uvicorn, 2 processes", _LIKE_OURS, instead=(*_UVICORN, "--interface", "wsgi", WSGI)),
    Shape("uvicorn, 2 processes, ASGI", _LIKE_OURS, instead=(*_UVICORN, ASGI)),
    Shape(
        "waitress, 1 process",
        _processes(1),
        instead=("waitress", "--listen=127.0.0.1:{port}", f"--threads={MANY}", WSGI),
    ),
)


@dataclass
class Served(Family):
    """Starts what `tonerloop serve` starts, in a shape."""

    shape: Shape = PRESENT

    def start(self, name: str, command: Sequence[str], **environment: str) -> Child:
        """The web server, changed as its shape says."""
        given = list(command)
        port = given[given.index("--port") + 1]
        if self.shape.instead:
            given = child(*(part.format(port=port) for part in self.shape.instead))
        for option, value in self.shape.options.items():
            given = _without(given, option)
            given[-1:-1] = [option, value]
        paths = [str(ROOT / "src"), str(ROOT), str(OTHERS_AT)]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        if self.shape.bare:
            environment.pop("MALLOC_ARENA_MAX", None)
        return super().start(name, given, **environment)

    def serve(self, port: int) -> None:
        """Start it on this port."""
        with _told(self.shape.told):
            serve.start(self, port, 0, only="web")


def lay_beside() -> None:
    """Fetch the other servers, unless they lie there already."""
    if not all((OTHERS_AT / name).exists() for name in OTHERS):
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--upgrade", "--target", str(OTHERS_AT), *OTHERS], check=True)


def _without(command: list[str], option: str) -> list[str]:
    if option not in command:
        return command
    at = command.index(option)
    return command[:at] + command[at + 2 :]


@contextmanager
def _told(settings: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
