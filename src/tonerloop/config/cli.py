"""The `tonerloop` command: every way to run the product."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tonerloop.config import embedded
from tonerloop.config.environment import text
from tonerloop.config.migrate import NoOwner
from tonerloop.config.processes import ChildDied, Stopped, stoppable
from tonerloop.config.serve import PortTaken

TOLD = (embedded.EmbeddedError, NoOwner, PortTaken, ChildDied)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one subcommand; ends with 0 when it was done or asked to stop."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    arguments = _parser().parse_args(argv)
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
        if name == "manage":
            sub.add_argument("arguments", nargs=argparse.REMAINDER, help="as for manage.py")

    command("serve", _serve, "serve the product and its open pages")
    command("worker", _worker, "run the jobs: mails, messages, deadlines")
    command("migrate", _migrate, "bring the database to this version's shape")
    command("demo", _demo, "run everything with demo data and the story of one order")
    command("mailbox", _mailbox, "run a local mail server with a page to read the mails")
    command("manage", _manage, "run one of Django's management commands")
    return parser


def _database() -> embedded.Server | suppress:
    """The embedded server where no other is named; a `with` holds it."""
    if os.environ.get("DATABASE_URL"):
        return suppress()
    return embedded.start(home())


def _serve(_: argparse.Namespace) -> int:
    from tonerloop.config.serve import serve

    with _database():
        serve(home())
    return 0


def _worker(_: argparse.Namespace) -> int:
    from tonerloop.config.jobs import work

    with _database():
        work()
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from tonerloop.config.migrate import migrate

    with _database():
        migrate()
    return 0


def _manage(arguments: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tonerloop manage", *arguments.arguments])
    return 0


def _mailbox(_: argparse.Namespace) -> int:
    from tonerloop.config.mailbox import run

    run(home() / "mail")
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from tonerloop.config.showing import show

    return show(home(), once=arguments.once)


if __name__ == "__main__":
    main()
