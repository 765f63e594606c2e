"""A worker that dies in the middle: nothing is lost, and what came twice is known for the same."""

import asyncio
from collections import Counter
from collections.abc import Callable
from threading import Event
from typing import Any

from tests.outbound.post import TO_CONFIRM, approved, by_address, eventually, settle, states
from tests.stack import DATABASE, Stack
from tests.world import World
from tonerloop.outbound.models import Message

READERS = {"bea.buyer@example.com", "orders@kanda.example", "sato.sales@example.com"}
Hinder = Callable[[str, Callable[..., Any]], None]


def age_dead_worker(stack: Stack) -> None:
    """As if the 20 seconds had passed after which a silent worker counts as dead."""
    with stack.server.connected(DATABASE) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '21 seconds'"
        )


def test_a_mail_whose_worker_died_before_the_answer_arrives_after_a_restart(
    stack: Stack, live_world: World, hinder: Hinder
) -> None:
    keep, taken, over = stack.mailbox.handle_DATA, Event(), Event()

    async def accept_and_fall_silent(*args: Any) -> str:
        answer = await keep(*args)  # the mail is on disk; the worker never hears so
        if TO_CONFIRM.encode() in args[2].content:
            return str(answer)
        taken.set()
        while not over.is_set():
            await asyncio.sleep(0.02)
        return answer

    hinder("DATA", accept_and_fall_silent)
    order = approved(live_world)
    assert taken.wait(15)
    stack.kill_worker()
    over.set()
    assert "sent" not in states(order).values()

    age_dead_worker(stack)
    stack.start_worker()
    eventually(lambda: states(order) == dict.fromkeys(READERS, "sent"), 45)
    settle()
    arrived = by_address(stack)
    assert set(arrived) == READERS
    assert any(len(mails) > 1 for mails in arrived.values())  # it did come twice: once in effect
    ids = {address: {mail["message_id"] for mail in mails} for address, mails in arrived.items()}
    mails = Message.objects.filter(channel="email", template="order_approved")
    kept = dict(mails.values_list("recipient", "message_id"))
    assert ids == {address: {message_id} for address, message_id in kept.items()}
    attempts = Counter(mails.values_list("attempts", flat=True))
    assert attempts == {1: 3}  # what was never committed does not count
