"""The jobs of a killed worker come back by themselves within a minute, nobody helping."""

import asyncio
from threading import Event
from typing import Any

from tests.outbound.post import eventually
from tests.outbound.test_worker import Hinder
from tests.stack import Stack
from tests.world import World
from tonerloop.outbound.models import Message


def test_within_a_minute(stack: Stack, live_world: World, hinder: Hinder) -> None:
    keep, taken, over = stack.mailbox.handle_DATA, Event(), Event()

    async def fall_silent(*args: Any) -> str:
        taken.set()
        while not over.is_set():
            await asyncio.sleep(0.02)
        return str(await keep(*args))

    hinder("DATA", fall_silent)
    live_world.place()
    assert taken.wait(15)
    stack.kill_worker()
    over.set()
    assert not Message.objects.filter(state="sent").exists()
    stack.start_worker()
    eventually(lambda: Message.objects.filter(channel="email", state="sent").exists(), 60)
