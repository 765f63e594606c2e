"""`tonerloop demo`: everything on one machine, with data, one order's story, and log-ins."""

import os
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tonerloop.config import embedded, serve, statics
from tonerloop.config.environment import PUSH_KEY_FILE, kept_secret, text
from tonerloop.config.ports import any_free, next_free
from tonerloop.config.processes import Family, child, tonerloop
from tonerloop.outbound.push.keys import make

PORTS = {
    "TONERLOOP_PORT": 8000,
    "TONERLOOP_LIVE_PORT": 8001,
    "TONERLOOP_SMTP_PORT": 8025,
    "TONERLOOP_MAILBOX_PORT": 8026,
}
READY_WITHIN = 180.0  # seconds; a small machine under load needs some
SAMPLE = Path("examples/manufacturer/desk.py")


class DemoFailed(Exception):
    """The demo could not be shown; the text says what went wrong."""


def show(home: Path, *, once: bool, then: Sequence[str] = ()) -> int:
    """Run the demo until told to stop, or once through one order's story and a command."""
    home.mkdir(parents=True, exist_ok=True)
    ports = choose_ports()
    os.environ.update({"TONERLOOP_DEMO": "1", "TONERLOOP_HOME": str(home), **variables(ports)})
    with embedded.named_or_started(home):
        with Family(logs=home / "logs") as family:
            try:
                _prepare(home)
                _start_all(family, ports)
                _tell_story(family, ports)
                _afterwards(family, once=once, then=then)
            finally:
                print("\nStopping.", flush=True)
        _disconnect()
    return 0


def choose_ports() -> dict[str, int]:
    """The usual ports, or the next free ones, saying so."""
    ports: dict[str, int] = {}
    for name, usual in PORTS.items():
        wanted = int(text(name, str(usual)))
        ports[name] = next_free(wanted, taken=ports.values())
        if ports[name] != wanted:
            print(f"Port {wanted} is taken by another program: using {ports[name]}.", flush=True)
    return ports


def variables(ports: Mapping[str, int]) -> dict[str, str]:
    """The environment of every program of the demo."""
    return {
        **{name: str(port) for name, port in ports.items()},
        "TONERLOOP_URL": f"http://127.0.0.1:{ports['TONERLOOP_PORT']}",
        "TONERLOOP_LIVE_URL": f"http://127.0.0.1:{ports['TONERLOOP_LIVE_PORT']}/live",
        "TONERLOOP_SMTP_HOST": "127.0.0.1",
    }


def addresses(ports: Mapping[str, int]) -> dict[str, str]:
    """Where everything answers, for the story and for people."""
    return {
        "web": f"http://127.0.0.1:{ports['TONERLOOP_PORT']}",
        "live": f"http://127.0.0.1:{ports['TONERLOOP_LIVE_PORT']}/live",
        "smtp": f"127.0.0.1:{ports['TONERLOOP_SMTP_PORT']}",
        "mailbox": f"http://127.0.0.1:{ports['TONERLOOP_MAILBOX_PORT']}",
    }


def _prepare(home: Path) -> None:
    with _Step("database"):
        done = subprocess.run(
            tonerloop("migrate"), capture_output=True, text=True, start_new_session=True
        )
        if done.returncode:
            raise DemoFailed(f"The database could not be prepared:\n{_tail(done.stderr)}")
    with _Step("static files"):
        statics.collect(home)
    kept_secret(home / PUSH_KEY_FILE, make)
    import django

    django.setup()
    from tonerloop import demo

    with _Step("demo data"):
        demo.load(fresh=False)


def _start_all(family: Family, ports: Mapping[str, int]) -> None:
    with _Step("mail server, web server, worker"):
        family.start("mailbox", child("tonerloop.config.cli", "mailbox"))
        family.start("worker", child("tonerloop.config.cli", "worker"))
        serve.start(family, ports["TONERLOOP_PORT"], ports["TONERLOOP_LIVE_PORT"])
        wait_until_ready(f"{addresses(ports)['web']}/readyz?worker=1", family.check)
    if sample := sample_program():
        with _Step("sample manufacturer program"):
            from tonerloop import demo

            port = any_free()
            given = {
                "TONERLOOP_KEY": demo.manufacturer_key(),
                "HOOK_PORT": str(port),
                "HOOK_SECRETS": demo.manufacturer_hook(port),
            }
            family.start("manufacturer", child(str(sample)), **given)


def sample_program() -> Path | None:
    """The sample program, where the demo runs from a checkout."""
    checkout = Path(__file__).resolve().parents[3]
    return next((f / SAMPLE for f in (checkout, Path.cwd()) if (f / SAMPLE).exists()), None)


def wait_until_ready(url: str, check: Callable[[], None], within: float = READY_WITHIN) -> None:
    """Wait until the server says that it can do its work."""
    last = ""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        check()
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own server
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            last = error.read().decode(errors="replace")[:300]
        except OSError as error:
            last = str(error)
        time.sleep(0.2)
    raise DemoFailed(f"{url} was not ready within {within:.0f} seconds: {last}")


def _tell_story(family: Family, ports: Mapping[str, int]) -> None:
    """Run the story on a thread of its own, so that a child's end or Ctrl-C is seen at once."""
    from tonerloop import demo
    from tonerloop.demo import loop_story, story

    failure: list[Exception] = []

    def tell() -> None:
        try:
            story.run(addresses(ports))
            print("\nThe way back, from the used cartridge to the next order:", flush=True)
            loop_story.run(addresses(ports))
        except Exception as error:  # whatever it was, it is told below
            failure.append(error)

    print("\nOne order, from the order screen to the e-mail:", flush=True)
    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    while thread.is_alive():
        family.check()
        thread.join(0.2)
    if failure:
        family.check()
        raise DemoFailed(f"The story went wrong: {failure[0]}\nLogs: {family.logs}")
    print(f"\n{demo.table()}\nMails     {addresses(ports)['mailbox']}/", flush=True)


def _afterwards(family: Family, *, once: bool, then: Sequence[str]) -> None:
    if then:
        _run(then)
    elif not once:
        _serve(family)


def _serve(family: Family) -> None:
    print("\nServing. Ctrl-C stops everything; the data stay.", flush=True)
    while True:
        family.check()
        time.sleep(0.3)


def _run(command: Sequence[str]) -> None:
    if code := subprocess.run(command).returncode:
        raise DemoFailed(f"{' '.join(command)} ended with code {code}.")


def _disconnect() -> None:
    from django.db import connections

    connections.close_all()


class _Step:
    """One line on the terminal for one step, with its time."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.began = time.monotonic()
        print(f"  {self.name} …", end="", flush=True)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        took = time.monotonic() - self.began
        print(" failed" if kind else f" {took:.1f} s", flush=True)


def _tail(told: str) -> str:
    return "\n".join(told.strip().splitlines()[-15:])
