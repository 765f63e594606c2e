"""The sample order software, as a process of its own, against the running product."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import now, requested
from tests.api.relay import relay
from tests.stack import Stack
from tests.world import World
from tonerloop.config.ports import any_free
from tonerloop.journal.models import Entry
from tonerloop.manufacturers.models import InboundMessage
from tonerloop.orders.actions import cancel
from tonerloop.orders.models import Order, Shipment
from tonerloop.orders.states import Status
from tonerloop.outbound.models import Message
from tonerloop.outbound.webhooks import actions as webhooks
from tonerloop.outbound.webhooks.channel import choose_channel
from tonerloop.programs.keys import create_key
from tonerloop.programs.models import ApiKey

DESK = Path(__file__).parents[2] / "examples" / "manufacturer" / "desk.py"
PATIENCE = 15  # seconds


class Desk:
    """The program and what it writes."""

    def __init__(self, log: Path, **environment: str) -> None:
        self.log = log
        given = {"POLL_SECONDS": "0.1", **environment}
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(DESK)],
                env={"PATH": os.environ["PATH"], **given},
                stderr=file,
            )

    def wrote(self, words: str) -> bool:
        return words in self.log.read_text()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


Start = Callable[..., Desk]


@pytest.fixture
def start(live_stack: Stack, live_world: World, tmp_path: Path) -> Iterator[Start]:
    """Starts the program with a key of the manufacturer."""
    started = list[Desk]()

    def make(**environment: str) -> Desk:
        key = create_key("Sample", by=live_world.actor(live_world.desk))[1]
        given = {"TONERLOOP_URL": live_stack.web, "TONERLOOP_KEY": key, **environment}
        started.append(Desk(tmp_path / f"desk-{len(started)}.log", **given))
        return started[-1]

    yield make
    for desk in started:
        desk.process.kill()
        desk.process.wait()


def soon(true: Callable[[], bool], desk: Desk) -> None:
    """Wait until it is true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end and desk.process.poll() is None, desk.log.read_text()
        time.sleep(0.05)


def test_it_approves_by_itself_and_stops_when_told(live_world: World, start: Start) -> None:
    order, desk = requested(live_world), start()
    soon(lambda: now(order).status == Status.APPROVED, desk)
    assert now(order).manufacturer_reference == f"AB-{order.number[:6]}"
    entry = Entry.objects.filter(event="order.approved").get()
    assert entry.key == ApiKey.objects.get().prefix
    later = requested(live_world)
    soon(lambda: now(later).status == Status.APPROVED, desk)
    assert desk.stop() == 0
    assert InboundMessage.objects.filter(outcome="applied").count() == 2


def test_it_is_told_by_webhook_and_need_not_ask(
    live_world: World, start: Start, settings: Any
) -> None:
    """It looks at everything once at its start, then not for an hour: only a message helps."""
    settings.WEBHOOK_PRIVATE = True
    desk_actor, port = live_world.actor(live_world.desk), any_free()
    url, told_of = f"http://127.0.0.1:{port}/hooks", ["approval.requested", "approval.withdrawn"]
    _endpoint, secret = webhooks.subscribe(url, "Sample", told_of, by=desk_actor)
    choose_channel("push", by=desk_actor)
    hooks = {"HOOK_PORT": str(port), "HOOK_SECRETS": f"whsec_AAAA,{secret}"}
    first, desk = requested(live_world), start(POLL_SECONDS="3600", **hooks)
    soon(lambda: now(first).status == Status.APPROVED, desk)
    second = requested(live_world)
    soon(lambda: now(second).status == Status.APPROVED, desk)
    soon(lambda: "sent" in states_of(second), desk)


def states_of(order: Order) -> list[str]:
    """The fates of the webhook messages about an order."""
    about = Message.objects.filter(order_id=order.pk, channel=Message.Channel.WEBHOOK)
    return list(about.values_list("state", flat=True))


def test_it_cancels_what_is_discontinued(live_world: World, start: Start) -> None:
    order, desk = requested(live_world), start(DISCONTINUED="X-1,NPG-67-C", BY_LINE="0")
    soon(lambda: now(order).status == Status.CANCELLED, desk)
    assert now(order).cancel_text == "No longer made: NPG-67-C"


def test_it_ships_what_was_approved_once(live_world: World, start: Start) -> None:
    order, desk = requested(live_world), start(SHIP_AFTER="0")
    soon(lambda: now(order).status == Status.SHIPPED, desk)
    assert desk.stop() == 0
    assert Shipment.objects.get().reference == f"DN-{order.number}"


def test_it_survives_a_refusal_and_goes_on(
    live_stack: Stack, live_world: World, start: Start
) -> None:
    late, next_one = requested(live_world), requested(live_world)

    def before(method: str, path: str) -> None:
        # The buyer cancels after the program has read the request, before its answer arrives.
        if method == "POST" and late.number in path:
            cancel(late.number, "duplicate", by=live_world.actor(live_world.buyer))

    with relay(live_stack.web, before) as address:
        desk = start(TONERLOOP_URL=address)
        soon(lambda: now(next_one).status == Status.APPROVED, desk)
        assert desk.wrote(f"{late.number} not answered: 409 The order is now “cancelled”")
        assert desk.stop() == 0
    assert (now(late).status, now(late).cancelled_side) == (Status.CANCELLED, "buyer")
    assert InboundMessage.objects.filter(outcome="refused").count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["nothing", "no HTTP", "half an answer", "no JSON", "a bad gateway", "no problem document"],
)
def test_it_asks_again_after_an_answer_that_is_none(
    live_stack: Stack, live_world: World, start: Start, broken: bytes
) -> None:
    order, answers = requested(live_world), [broken]
    with relay(live_stack.web, lambda *_request: answers.pop() if answers else None) as address:
        desk = start(TONERLOOP_URL=address)
        soon(lambda: now(order).status == Status.APPROVED, desk)
        assert desk.wrote("again in")
        assert desk.stop() == 0


def test_with_a_wrong_key_it_says_so_and_ends(start: Start) -> None:
    desk = start(TONERLOOP_KEY="tl_12345678_wrong")
    assert desk.process.wait(PATIENCE) == 1
    assert desk.wrote("unknown, ended or revoked")


def test_without_a_key_it_says_where_to_get_one(start: Start) -> None:
    desk = start(TONERLOOP_KEY="")
    assert desk.process.wait(PATIENCE) == 2
    assert desk.wrote("from the page Programs of the order desk")
