"""The running product with a mail server that can be hindered, put right after each test."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.outbound.post import settle
from tests.stack import Stack

Answer = Callable[..., Any]


@pytest.fixture
def hinder(live_stack: Stack) -> Iterator[Callable[[str, Answer], None]]:
    """Sets how the mail server answers to one command: `hinder("RCPT", answer)`."""
    mailbox, hindered = live_stack.mailbox, set[str]()

    def set_answer(command: str, answer: Answer) -> None:
        hindered.add(f"handle_{command}")
        setattr(mailbox, f"handle_{command}", answer)

    yield set_answer
    for name in hindered:
        with suppress(AttributeError):
            delattr(mailbox, name)


@pytest.fixture
def stack(live_stack: Stack) -> Iterator[Stack]:
    """The running product; at the end the mail server is up and no job is left over."""
    yield live_stack
    if live_stack.mailbox._controller is None:
        live_stack.mailbox.start()
    settle()
