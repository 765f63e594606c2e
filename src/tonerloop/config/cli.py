"""The `tonerloop` command: every way to run the product."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from tonerloop.config import embedded
from tonerloop.config.backup import BackupFailed, backup, restore
from tonerloop.config.environment import PUSH_KEY_FILE, kept_secret, text
from tonerloop.config.jobs import work
from tonerloop.config.mailbox import run as run_mailbox
from tonerloop.config.migrate import NoOwner, migrate
from tonerloop.config.processes import ChildDied, Stopped, stoppable
from tonerloop.config.serve import PortTaken, serve
from tonerloop.config.showing import DemoFailed, show
from tonerloop.outbound.push.keys import make, public_of

TOLD = (embedded.EmbeddedError, BackupFailed, NoOwner, PortTaken, ChildDied, DemoFailed)
WITHOUT_DATABASE = {"check", "collectstatic", "diffsettings", "help", "makemigrations", "version"}


def main(argv: Sequence[str] | None = None) -> None:
    """Run one subcommand; ends with 0 when it was done or asked to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    arguments = _parser().parse_args(argv)
    os.environ["TONERLOOP_WALL"] = "open"  # but for the web server: serve.start
    try:
        with stoppable(), suppress(Stopped):
            sys.exit(arguments.run(arguments))
    except TOLD as error:
        sys.exit(f"tonerloop: {error}")


def home() -> Path:
    """The data folder."""
    return Path(text("TONERLOOP_HOME", ".tonerloop")).resolve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tonerloop",
        description="Orders and returns of printer consumables: one loop on one server.",
        epilog="Configured by environment variables: see docs/settings.md.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> None:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        if name == "demo":
            sub.add_argument("--once", action="store_true", help="end after one order's story")
            sub.add_argument(
                "--then", nargs=argparse.REMAINDER, help="after the story run a command, and end"
            )
        if name == "serve":
            sub.add_argument("--only", choices=("web", "live"), help="one of the two alone")
        if name in ("backup", "restore"):
            sub.add_argument("file", type=Path, help="the backup's file")
        if name == "manage":
            sub.add_argument("arguments", nargs=argparse.REMAINDER, help="as for manage.py")

    command("serve", _serve, "serve the product and its open pages")
    command("worker", _worker, "run the jobs: mails, messages, deadlines")
    command("migrate", _migrate, "bring the database to this version's shape")
    command("backup", _backup, "write everything to one file; the product may go on running")
    command("restore", _restore, "bring a backup back into an empty database")
    command("demo", _demo, "run everything with demo data and the story of one order")
    command("mailbox", _mailbox, "run a local mail server with a page to read the mails")
    command("push-keys", _push_keys, "make the keys for push messages to phones, once")
    command("manage", _manage, "run one of Django's management commands")
    return parser


def _serve(arguments: argparse.Namespace) -> int:
    with embedded.named_or_started(home()):
        serve(home(), arguments.only)
    return 0


def _worker(_: argparse.Namespace) -> int:
    with embedded.named_or_started(home()):
        work()
    return 0


def _migrate(_: argparse.Namespace) -> int:
    with embedded.named_or_started(home()):
        migrate()
    return 0


def _backup(arguments: argparse.Namespace) -> int:
    with embedded.named_or_started(home()):
        held = backup(arguments.file)
    print(f"{arguments.file} holds {held}.")
    print("Keep the secret key too: without it no session and no kept secret can be read.")
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    with embedded.named_or_started(home()):
        held = restore(arguments.file)
    print(f"Restored: {held}.")
    return 0


def _manage(arguments: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    given = arguments.arguments
    needs_none = not given or given[0] in WITHOUT_DATABASE
    with nullcontext() if needs_none else embedded.named_or_started(home()):
        execute_from_command_line(["tonerloop manage", *given])
    return 0


def _mailbox(_: argparse.Namespace) -> int:
    run_mailbox(home() / "mail")
    return 0


def _push_keys(_: argparse.Namespace) -> int:
    if os.environ.get("TONERLOOP_PUSH_KEY"):
        print(f"Public key of TONERLOOP_PUSH_KEY: {public_of(os.environ['TONERLOOP_PUSH_KEY'])}")
        return 0
    file = home() / PUSH_KEY_FILE
    there = file.exists()
    public = public_of(kept_secret(file, make))
    print(f"{'There already' if there else 'Made'}: {file}\nPublic key: {public}")
    if not there:
        print("Start web and workers again, and keep this file: new keys silence all phones.")
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    return show(home(), once=arguments.once, then=arguments.then or [])


if __name__ == "__main__":
    main()
