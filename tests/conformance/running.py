"""The sample software, right or wrong, before the kit."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

from cases import IN_ORDER
from kit import KEY, ready, run
from pretend import Pretend
from report import Result
from sending import Receiver, new_secret
from serving import serving
from workbench import Bench, Options

from tonerloop.config import ports

SOFTWARE = Path(__file__).with_name("software.py")
QUICK: dict[str, Any] = {"patience": 12.0, "quiet": 0.6, "slow": 2.0}


class Software:
    """One run of the kit: what it found, and what the pretended API was asked and said."""

    def __init__(self, wrong: str, folder: Path, only: str = "", **options: Any) -> None:
        self.wrong, self.folder, self.only = wrong, folder / (wrong or "right"), only
        self.folder.mkdir()
        self.options = {**QUICK, **options}
        self.pretend, self.results = Pretend(KEY), list[Result]()
        self.told, self.error = list[str](), ""
        self.thread = Thread(target=self._run)

    def _run(self) -> None:
        secret, port = new_secret(), ports.any_free()
        receiver = Receiver(f"http://127.0.0.1:{port}/hooks", (secret,))
        with serving(self.pretend, 0) as (pretend, address):
            start = self._command(address, port, secret)
            subprocess.run(start, check=True, timeout=30)
            try:
                options = Options(**self.options, restart=tuple(start))
                self.error = ready(Bench(pretend, receiver, options))
                cases = [case for case in IN_ORDER if not self.only or case.name in self.only]
                self.results = run(pretend, receiver, options, cases, self.told.append)
            finally:
                os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)

    def _command(self, address: str, port: int, secret: str) -> list[str]:
        """Kills the software, if it runs, and starts it."""
        environment = {
            "PATH": os.environ["PATH"],
            "TONERLOOP_URL": address,
            "TONERLOOP_KEY": KEY,
            "HOOK_PORT": str(port),
            "HOOK_SECRETS": secret,
            "POLL_SECONDS": "0.2",
            "SILENT_SECONDS": "300" if self.wrong else "1.5",
            "DISCONTINUED": "GONE-1",
            **({} if self.wrong else {"SHIP_AFTER": "0", "PARCEL_PIECES": "2"}),
        }
        program = [sys.executable, str(SOFTWARE), *([self.wrong] if self.wrong else [])]
        return [sys.executable, "-c", START, str(self.folder), repr(environment), *program]

    @property
    def failed(self) -> set[str]:
        """The names of the cases that failed."""
        assert not self.error and self.results, self.error or self.log
        return {result.case.name for result in self.results if result.outcome == "FAILED"}

    @property
    def not_run(self) -> set[str]:
        return {result.case.name for result in self.results if result.outcome == "not run"}

    @property
    def log(self) -> str:
        return "\n".join(self.told) + (self.folder / "log").read_text()


START = """
import ast, os, pathlib, signal, subprocess, sys
folder, environment = pathlib.Path(sys.argv[1]), ast.literal_eval(sys.argv[2])
if (folder / "pid").exists():
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
with (folder / "log").open("ab") as log:
    started = subprocess.Popen(sys.argv[3:], env=environment, stderr=log, start_new_session=True)
(folder / "pid").write_text(str(started.pid))
"""


def all_at_once(*softwares: Software) -> dict[str, Software]:
    """Run them side by side: they mostly wait."""
    for each in softwares:
        each.thread.start()
        time.sleep(0.2)
    for each in softwares:
        each.thread.join()
    return {each.wrong: each for each in softwares}
