"""From a button to whoever waits: the seller's open screen, the mail, the manufacturer's program.

While orders come in at a steady rate by API, a salesperson confirms them; each order's way is
followed through the real stream, SMTP server and webhook.
"""

import asyncio
import re
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench import cast
from bench.browser import Browser
from bench.load import visitors
from bench.rates import drained
from bench.stack import Stack
from bench.work import BY_API, CONFIRM, Desk

EVERY = 4  # one order in so many is confirmed by the salesperson at once
NUMBER = re.compile(rb"\d{3}-\d{3}-\d{4}|\b\d{10}\b")


@dataclass
class Ways:
    """Seconds from each button to each receiver."""

    placed_to_screen: list[float] = field(default_factory=list)
    placed_to_mail: list[float] = field(default_factory=list)
    confirmed_to_webhook: list[float] = field(default_factory=list)
    placed: float = 0.0  # orders a second that came in


@dataclass
class Following:
    """When the buttons were pressed, by order number, and when anything arrived."""

    placed: dict[str, float] = field(default_factory=dict)  # time.time()
    confirmed: dict[str, float] = field(default_factory=dict)
    screens: list[tuple[float, str]] = field(default_factory=list)  # topic of an order
    hooks: dict[str, float] = field(default_factory=dict)


def follow(stack: Stack, *, rate: float, seconds: float) -> Ways:
    """Orders at this rate for so long; the ways of all of them."""
    return asyncio.run(_follow(stack, rate, seconds))


async def _follow(stack: Stack, rate: float, seconds: float) -> Ways:
    seen = Following()
    receiver = await asyncio.start_server(lambda r, w: _hook(seen, r, w), "127.0.0.1", 0)
    port = receiver.sockets[0].getsockname()[1]
    subscribed = _subscribe(f"http://127.0.0.1:{port}/hook")
    screen = asyncio.create_task(_screen(stack, seen))
    await asyncio.sleep(1)
    # What waited at the desks is sent now, too; that is not what is measured.
    await asyncio.to_thread(drained, stack.server, stack.database)
    placed = await _orders(stack, seen, rate, seconds)
    await _arrived(stack, seen)
    screen.cancel()
    receiver.close()
    _unsubscribe(subscribed)
    return _ways(stack.mails, seen, placed)


def _subscribe(url: str) -> list[tuple[str, str]]:
    """Every manufacturer is sent its approval requests from now on."""
    from bench.data.known import MAKERS
    from tonerloop.outbound.webhooks.actions import subscribe
    from tonerloop.outbound.webhooks.channel import choose_channel

    kinds, made = ["approval.requested", "approval.withdrawn"], []
    for desk in (cast.email("desk", turn) for turn in range(MAKERS)):
        by = cast.actor(desk)
        made.append((desk, subscribe(url, "Bench", kinds, by=by)[0].key))
        choose_channel("push", by=by)
    return made


def _unsubscribe(subscribed: list[tuple[str, str]]) -> None:
    from tonerloop.outbound.webhooks.actions import remove
    from tonerloop.outbound.webhooks.channel import choose_channel

    for desk, key in subscribed:
        by = cast.actor(desk)
        choose_channel("desk", by=by)
        remove(key, by=by)


async def _hook(
    seen: Following, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    body = await reader.readexactly(int(length[1]) if length else 0)
    for number in NUMBER.findall(body):
        seen.hooks.setdefault(number.decode().replace("-", ""), time.time())
    writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def _screen(stack: Stack, seen: Following) -> None:
    """The back office's open page: an event stream that says which orders changed."""
    from django.core import signing

    from tonerloop.outbound.live import SALT, topic_of

    actor = cast.actor(cast.email("office", 0))
    token = signing.dumps(topic_of(actor), salt=SALT)
    url = urlsplit(stack.live)
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    path = f"{url.path}?{urlencode({'token': token})}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    while line := await reader.readline():
        now = time.time()
        seen.screens += [(now, t) for t in line.decode().split() if t.startswith("order:")]


async def _orders(stack: Stack, seen: Following, rate: float, seconds: float) -> float:
    """Place orders, the n-th at n / rate; of each few the salesperson confirms one."""
    desk, keys = cast.desk(), cast.keys()
    free: deque[Browser] = deque(await visitors(stack.url, "program", keys, count=16))
    sales = deque(await visitors(stack.url, "sales", count=4))
    began, tasks = time.perf_counter(), []
    for turn in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + turn / rate - time.perf_counter()))
        while not free:
            await asyncio.sleep(0.005)
        seller = sales.popleft() if turn % EVERY == 0 and sales else None
        tasks.append(asyncio.create_task(_one(seen, desk, free, free.popleft(), sales, seller)))
    await asyncio.gather(*tasks)
    return len(tasks) / (time.perf_counter() - began)


async def _one(
    seen: Following,
    desk: Desk,
    free: deque[Browser],
    buyer: Browser,
    sales: deque[Browser],
    seller: Browser | None,
) -> None:
    own, began = Desk(lines=desk.lines), time.time()
    await BY_API.script(buyer, own)
    free.append(buyer)
    number = own.placed[0][0]
    seen.placed[number] = began
    if seller is not None:
        seen.confirmed[number] = time.time()
        await CONFIRM.script(seller, own)
        sales.append(seller)


async def _arrived(stack: Stack, seen: Following, within: float = 60) -> None:
    """Wait for what is still on its way."""
    until = time.time() + within
    while time.time() < until and not set(seen.confirmed) <= set(seen.hooks):
        await asyncio.sleep(0.2)
    await asyncio.to_thread(drained, stack.server, stack.database)


def _ways(folder: Path, seen: Following, placed: float) -> Ways:
    from tonerloop.orders.models import Order
    from tonerloop.outbound.live import order_topic

    found = Ways(placed=placed)
    orders = dict(Order.objects.filter(number__in=seen.placed).values_list("number", "pk"))
    screens: dict[str, list[float]] = {}
    for at, topic in seen.screens:
        screens.setdefault(topic, []).append(at)
    mails = _mails(folder)
    for number, at in seen.placed.items():
        changes = screens.get(order_topic(orders[number]), [])
        found.placed_to_screen += [min(changes) - at] if changes else []
        found.placed_to_mail += [mails[number] - at] if number in mails else []
        if number in seen.confirmed and number in seen.hooks:
            found.confirmed_to_webhook.append(seen.hooks[number] - seen.confirmed[number])
    return found


def _mails(folder: Path) -> dict[str, float]:
    """When the SMTP server had the first mail about each order: its file is named by that."""
    found: dict[str, float] = {}
    for file in sorted(folder.glob("*.eml")):
        at = int(file.name.partition("-")[0]) / 1e9
        for number in NUMBER.findall(file.read_bytes()[:6000]):
            found.setdefault(number.decode().replace("-", ""), at)
    return found
