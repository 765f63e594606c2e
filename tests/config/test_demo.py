"""`tonerloop demo` as a person runs it: busy ports, a death in the family, Ctrl-C, once more."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tonerloop.config.ports import any_free
from tonerloop.config.processes import tonerloop

WITHIN = 180  # seconds, on a small machine that runs other tests beside this one


class Demo:
    """One run of the demo and what it prints."""

    def __init__(self, home: Path, ports: dict[str, str], *options: str) -> None:
        self.output = home / "output.txt"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE")}
        environment |= {"TONERLOOP_HOME": str(home), **ports}
        environment.pop("TONERLOOP_SECRET_KEY", None)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                tonerloop("demo", *options),
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                process_group=0,
            )

    def printed(self) -> str:
        return self.output.read_text()

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + WITHIN
        while text not in self.printed():
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.2)

    def end(self) -> int:
        return self.process.wait(WITHIN)


def left_behind(home: Path) -> list[str]:
    """Processes that still belong to a demo."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("TONERLOOP_HOME") == str(home)
            command = " ".join(process.cmdline())
            if process.pid != os.getpid() and (ours or str(home) in command):
                found.append(command)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def ports() -> Iterator[dict[str, str]]:
    """Ports to wish for, the web server's and the mail server's busy."""
    with socket.socket() as web, socket.socket() as smtp:
        for busy in (web, smtp):
            busy.bind(("127.0.0.1", 0))
            busy.listen()
        yield {
            "TONERLOOP_PORT": str(web.getsockname()[1]),
            "TONERLOOP_SMTP_PORT": str(smtp.getsockname()[1]),
            "TONERLOOP_LIVE_PORT": str(any_free()),
            "TONERLOOP_MAILBOX_PORT": str(any_free()),
        }


def test_the_demo(home: Path, ports: dict[str, str]) -> None:
    # Once through, though two ports are taken.
    once = Demo(home, ports, "--once")
    assert once.end() == 0, once.printed()
    for name in ("TONERLOOP_PORT", "TONERLOOP_SMTP_PORT"):
        assert re.search(rf"Port {ports[name]} is taken .* using \d+\.", once.printed())
    assert "Traceback" not in once.printed()
    assert left_behind(home) == []

    # Again: the data are there; Ctrl-C at the terminal stops everything, in order.
    began = time.monotonic()
    again = Demo(home, ports)
    again.wait_for("Serving.")
    print(f"served again after {time.monotonic() - began:.1f} s")
    os.killpg(again.process.pid, signal.SIGINT)
    assert again.end() == 0, again.printed()
    assert "Traceback" not in again.printed()
    assert left_behind(home) == []

    # A program that dies is told, and ends the demo.
    third = Demo(home, ports)
    third.wait_for("Serving.")
    [worker] = [
        p
        for p in psutil.Process(third.process.pid).children()
        if "tonerloop.config.cli worker" in " ".join(p.cmdline())
    ]
    worker.kill()
    assert third.end() == 1
    assert "worker ended by itself (by signal SIGKILL)" in third.printed()
    assert "Traceback" not in third.printed()
    assert left_behind(home) == []
