"""`python -m bench.servers`: the same product served in several shapes, in alternating rounds.

All are started at once on one small data set and asked one after another, so that a moment in
which the machine is slow touches all of them. Only the relations within one run mean something.
"""

import argparse
import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack

from bench import store
from bench.browser import Browser
from bench.compared import RESULTS, report
from bench.load import visitors
from bench.round import FAILURES, WORKS, Running
from bench.run import use
from bench.shapes import PRESENT, SHAPES, Served, Shape, lay_beside
from bench.stack import MUCH, ready
from tonerloop.config import embedded, ports, serve, statics

# Under ASGI, Django keeps a session for each of its threads: those would leave none for the others.
ROOM = {"max_connections": "600"}


def main() -> None:
    """Make the data set if it is missing, measure, write and print `SERVERS.md`."""
    parser = argparse.ArgumentParser(prog="bench.servers", description=__doc__)
    parser.add_argument("--rounds", type=int, default=4, help="of each work and shape")
    parser.add_argument("--seconds", type=float, default=1.2, help="of each of them")
    parser.add_argument(
        "--only", default="", help="a pattern: only shapes whose name it fits, and ours"
    )
    given = parser.parse_args()
    shapes = [one for one in SHAPES if one is PRESENT or re.search(given.only, one.name)]
    began = time.perf_counter()
    lay_beside()
    store.built(["S"])
    with embedded.start(store.HOME, settings=ROOM) as server:
        database = store.copied(server, "S")
        use(server, database)
        statics.collect(store.HOME)
        with ExitStack() as stack:
            running = [_start(stack, server, database, shape) for shape in shapes]
            for one in running:
                _ready(one)
            asyncio.run(_measure(running, given.rounds, given.seconds))
        text = report(running, seconds=time.perf_counter() - began)
    RESULTS.write_text(text + "\n")
    print(text)


def _start(stack: ExitStack, server: embedded.Server, database: str, shape: Shape) -> Running:
    port = ports.any_free()
    variables = {
        **store.environment(server, database),
        **serve.addresses(port, port),
        "TONERLOOP_API_PER_MINUTE": MUCH,
        "DJANGO_ALLOW_ASYNC_UNSAFE": "",  # this process's own
        **shape.told,
    }
    logs = store.HOME / "shapes" / str(SHAPES.index(shape))
    family = Served(logs, variables, shape=shape)
    stack.enter_context(family)
    family.serve(port)
    print(f"{shape.name}: started", flush=True)
    return Running(shape, family, f"http://127.0.0.1:{port}", server)


def _ready(one: Running) -> None:
    try:
        ready(one.url, one.family)
    except FAILURES as error:
        one.wrong = f"did not start: {error}".replace("\n", " ")[:300]


async def _measure(running: Sequence[Running], rounds: int, seconds: float) -> None:
    from bench import cast

    desk, keys = cast.desk(), cast.keys()
    buyers = await visitors(running[0].url, "buyer")  # in once: all have the same sessions
    for one in running:
        one.clients = {
            "buyer": [_same(buyer, one.url) for buyer in buyers],
            "program": await visitors(one.url, "program", keys),
        }
    for turn in range(rounds + 1):  # the first round warms up and is not counted
        print(f"round {turn} of {rounds}", flush=True)
        for work in WORKS:
            at = turn % len(running)  # nobody is always the first after another kind of work
            for one in [*running[at:], *running[:at]]:
                if not one.wrong:
                    await one.play(work, desk, seconds if turn else 0.5, counts=turn > 0)
    for one in running:
        for client in [*buyers, *one.clients["buyer"], *one.clients["program"]]:
            client.close()


def _same(browser: Browser, url: str) -> Browser:
    made = Browser(url)
    made.cookies, made.things = dict(browser.cookies), dict(browser.things)
    return made


if __name__ == "__main__":
    main()
