"""What these tests share: waiting, reading mails as a person does, an order at each turn."""

import html
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.stack import DATABASE, Stack, connected_to
from tests.world import World, make_world
from tonerloop.journal.models import Entry
from tonerloop.orders import actions
from tonerloop.orders.models import Order
from tonerloop.outbound.models import Message
from tonerloop.outbound.recipients import TO_ANSWER
from tonerloop.outbound.routes import follow, tell

TO_CONFIRM = "Price to confirm"  # how the subject of such a mail begins
Mail = dict[str, Any]
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], seconds: float = 15) -> Found:
    """What `look` returns as soon as it is true; the test fails when it stays false."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s: {look()}"
        time.sleep(0.05)
    return found


def settle(seconds: float = 20) -> None:
    """Wait until the worker has nothing left to do."""
    eventually(lambda: not _work().exists(), seconds)


def _work() -> Any:
    return ProcrastinateJob.objects.filter(queue_name="outbound", status__in=["todo", "doing"])


@contextmanager
def fresh_cast(stack: Stack, blocker: Any) -> Iterator[World]:
    """The cast in the running product, whose database and mailbox were emptied before."""
    stack.family.check()
    with blocker.unblock(), connected_to(DATABASE):
        stack.server.empty(DATABASE)
        for file in stack.mailbox.folder.glob("*.eml"):
            file.unlink()
        yield make_world()


def by_address(stack: Stack) -> dict[str, list[Mail]]:
    """The mails that arrived, by the address; but those that ask the salesperson to confirm."""
    found: dict[str, list[Mail]] = {}
    for mail in reversed(stack.mailbox.messages()):
        if not mail["subject"].startswith(TO_CONFIRM):
            found.setdefault(mail["to"], []).append(mail)
    return found


def header(mail: Mail, name: str) -> str:
    """One header's value."""
    return next(str(value) for key, value in mail["headers"] if key == name)


def read(mail: Mail, part: str) -> str:
    """A part of a mail as its reader sees it: no tags, single spaces."""
    content = str(mail[part])
    if part == "html":
        content = html.unescape(re.sub(r"<[^>]*>", " ", content))
    return " ".join(content.split())


def soon() -> date:
    """A day that can be promised."""
    return timezone.now().date() + timedelta(days=5)


def in_words(day: date) -> str:
    """A day as an English mail writes it."""
    return f"{day.day} {day:%B %Y}"


def confirmed(world: World, *, placed_at: datetime | None = None) -> Order:
    """An order that lies at the manufacturer's desk."""
    order = actions.confirm_price(world.place().number, by=world.actor(world.sales))
    if placed_at:
        Order.objects.filter(pk=order.pk).update(placed_at=placed_at)
    return order


def approved(world: World, *, placed_at: datetime | None = None) -> Order:
    """An order that the manufacturer has approved."""
    number = confirmed(world, placed_at=placed_at).number
    return actions.approve(number, soon(), "C-77", by=world.actor(world.desk))


def told(entries: Any = None) -> None:
    """Dispatch the entries, or all, without a worker."""
    for entry in entries or Entry.objects.order_by("pk"):
        follow([entry], timezone.now())
        tell([entry], timezone.now())


def states(order: Order) -> dict[str, str]:
    """The state of each of the order's mails, by address; but those that ask to confirm."""
    mails = Message.objects.filter(order_id=order.pk, channel=Message.Channel.EMAIL)
    mails = mails.exclude(template=TO_ANSWER)
    return dict(mails.values_list("recipient", "state"))
