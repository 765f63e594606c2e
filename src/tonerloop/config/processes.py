"""Several programs run as one: started in order, watched, stopped in the opposite order.

Each child has a process group of its own, so that Ctrl-C reaches only us and we stop the
children one after another, and so that nothing of a child's own making is left behind.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO

STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 20.0  # seconds for a child to finish what it is doing
TOLD_LINES = 15


class Stopped(BaseException):
    """Somebody asked this process to end: Ctrl-C, or a supervisor above us."""


class ChildDied(Exception):
    """A child ended though nobody asked it to; the text holds the last lines it wrote."""


@dataclass
class Child:
    """One program that runs beside the others, and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    def last_lines(self) -> str:
        """What it wrote last."""
        if self.log is None:
            return ""
        with suppress(OSError):
            lines = self.log.read_text(errors="replace").splitlines()[-TOLD_LINES:]
            return "\n".join(f"    {line}" for line in lines)
        return ""

    def stop(self) -> None:
        """Ask it to end, wait, and end by force whatever is left of its group."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Family:
    """The children of this process. Used with `with`: at its end all are stopped."""

    logs: Path | None = None  # None: they write where we write
    environment: Mapping[str, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], **environment: str) -> Child:
        """Start one more program, with variables of its own."""
        log = self.logs / f"{name}.log" if self.logs else None
        with _writing(log) as output:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env={**os.environ, **self.environment, **environment},
                process_group=0,
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raise ChildDied where one has ended."""
        for child in self.children:
            if (code := child.process.poll()) is not None:
                raise ChildDied(
                    f"{child.name} ended by itself ({_ending(code)}).\n{child.last_lines()}"
                )

    def stop(self) -> None:
        """Stop all, the youngest first."""
        while self.children:
            self.children.pop().stop()

    def __enter__(self) -> "Family":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


@contextmanager
def _writing(log: Path | None) -> Iterator[IO[bytes] | None]:
    if log is None:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        yield output


def _ending(code: int) -> str:
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


@contextmanager
def stoppable() -> Iterator[None]:
    """Inside, the first Ctrl-C or SIGTERM raises Stopped; later ones disturb nothing."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in STOPPING_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    before = {each: signal.signal(each, stop) for each in STOPPING_SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def tonerloop(*arguments: str) -> list[str]:
    """The command that runs a subcommand of `tonerloop` with this very Python."""
    return [sys.executable, "-m", "tonerloop.config.cli", *arguments]


def child(module: str, *arguments: str) -> list[str]:
    """The command that runs a module which ends when we are killed."""
    return [sys.executable, "-m", "tonerloop.config.child", module, *arguments]
