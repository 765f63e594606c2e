"""Test a manufacturer's order software against Tonerloop's contract.

    python3 kit.py --hooks http://127.0.0.1:9000/hooks --secret whsec_…

The kit plays Tonerloop: it serves the API at --port for the key --key, sends signed messages to
--hooks, and looks at what the software does. Start the software with that address and key first.
Exit code: 0 all passed, 1 some failed, 2 it could not be run.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from case import Case
from cases import IN_ORDER
from pretend import Pretend
from report import FAILED, NOT_RUN, PASSED, Result, details, line, page, summary
from sending import Receiver, message, signature
from serving import serving
from workbench import Bench, Options

KEY = "tl_conformance_kit"
Say = Callable[[str], object]


def run(
    pretend: Pretend, receiver: Receiver, options: Options, cases: Sequence[Case], say: Say = print
) -> list[Result]:
    """Run the cases one after the other, each with the API in order; tell each as it ends."""
    results: list[Result] = []
    for each in cases:
        result = run_one(each, Bench(pretend, receiver, options))
        say(line(result))
        if result.outcome == FAILED:
            say(details(result))
        results.append(result)
    return results


def run_one(case: Case, bench: Bench) -> Result:
    """Run one case; afterwards nothing of it is left open."""
    if why := case.missing(bench.options):
        return Result(case, NOT_RUN, wrong=(why,))
    began = time.monotonic()
    case.run(bench)
    pretend = bench.pretend
    pretend.delay, pretend.extra, pretend.trouble = 0.0, {}, None
    pretend.down = pretend.lose_next_answer = False
    bench.saw_calls()
    with pretend.lock:
        for order in bench.orders:
            order.listed = False
    outcome = FAILED if bench.wrong else PASSED
    took = time.monotonic() - began
    return Result(case, outcome, tuple(bench.seen), tuple(bench.wrong), took)


def ready(bench: Bench) -> str:
    """Wait until the software takes a message that tells of nothing; what is wrong, or ""."""
    if not bench.until(bench.listens):
        return f"Nobody listens at {bench.receiver.url}. Start your software first."
    order = bench.order(listed=False)
    told = {"type": "webhook.test", "timestamp": message(order)["timestamp"], "data": {}}
    sent = bench.receiver.send(told)
    if not sent.taken:
        return f"A test message was answered {sent}. Is --secret the one that it knows?"
    return ""


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add, usual = parser.add_argument, Options()
    add("--hooks", required=True, help="where your software takes messages")
    add("--secret", required=True, action="append", help="whsec_…; several: all are in force")
    add("--port", type=int, default=9100, help="port of the pretended API (9100)")
    add("--key", default=KEY, help=f"the API key of your software ({KEY})")
    add("--report", type=Path, help="write an HTML report there")
    add("--patience", type=float, default=usual.patience, help="seconds to wait for an answer")
    add("--quiet", type=float, default=usual.quiet, help="seconds to watch that nothing happens")
    add("--slow", type=float, default=usual.slow, help="seconds that a slow API takes")
    add("--restart-command", default="", help="kills and starts your software")
    add("--discontinued", default="", help="a part number that is no longer made")
    add("--polls", type=float, default=0, help="seconds after which it looks by itself")
    add("--ships", action="store_true", help="your software ships by itself")
    add("--only", default="", help="names of cases, by commas")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Run the kit."""
    said = arguments(given)
    names = [name for name in said.only.split(",") if name]
    cases = [each for each in IN_ORDER if not names or each.name in names]
    try:
        for secret in said.secret:
            signature(secret, "", 0, b"")
        with serving(Pretend(said.key), said.port) as (pretend, address):
            print(f"The API is at {address}, its key is {said.key}", flush=True)
            return _judge(said, pretend, cases)
    except (ValueError, OSError) as error:
        print(f"The kit could not be run: {error}", file=sys.stderr)
        return 2


def _judge(said: argparse.Namespace, pretend: Pretend, cases: Sequence[Case]) -> int:
    receiver = Receiver(said.hooks, tuple(said.secret))
    restart = tuple(shlex.split(said.restart_command))
    options = Options(
        patience=said.patience,
        quiet=said.quiet,
        slow=said.slow,
        restart=restart,
        discontinued=said.discontinued,
        ships=said.ships,
        polls=said.polls,
    )
    if wrong := ready(Bench(pretend, receiver, options)):
        print(wrong, file=sys.stderr)
        return 2
    results = run(pretend, receiver, options, cases, lambda words: print(words, flush=True))
    print(summary(results))
    if said.report:
        said.report.write_text(page(results, said.hooks), encoding="utf-8")
        print(f"Report: {said.report}")
    return int(any(result.outcome == FAILED for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
