"""Several programs run as one: none is forgotten, none dies unnoticed."""

import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from tonerloop.config import ports
from tonerloop.config.processes import ChildDied, Family

SLEEPER = "import time; print('here', flush=True); time.sleep(60)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPER!r}])"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('here', flush=True); time.sleep(60)"
)


def wait_for(log: Path, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_all_are_stopped_with_what_they_started(tmp_path: Path) -> None:
    with Family(logs=tmp_path) as family:
        child = family.start("parent", [sys.executable, "-c", PARENT])
        wait_for(tmp_path / "parent.log", "here")
        everybody = [psutil.Process(child.process.pid)]
        everybody += everybody[0].children(recursive=True)
        assert len(everybody) == 2
        family.check()
    _gone, alive = psutil.wait_procs(everybody, timeout=10)
    assert not [one for one in alive if one.status() != psutil.STATUS_ZOMBIE]


def test_a_stubborn_child_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonerloop.config.processes.PATIENCE", 0.2)
    with Family(logs=tmp_path) as family:
        child = family.start("stubborn", [sys.executable, "-c", STUBBORN])
        wait_for(tmp_path / "stubborn.log", "here")
    assert child.process.returncode is not None


def test_a_child_that_dies_is_told_with_its_last_lines(tmp_path: Path) -> None:
    with Family(logs=tmp_path) as family:
        child = family.start("short", [sys.executable, "-c", "print('no paper'); exit(3)"])
        child.process.wait(40)
        with pytest.raises(
            ChildDied, match=r"short ended by itself \(with code 3\)(.|\n)*no paper"
        ):
            family.check()


def test_the_next_free_port() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found = ports.next_free(port)
        assert found > port
        assert ports.next_free(port, taken=[found]) > found
