"""The work that is measured: scripts of what people and programs do, each one unit of it."""

import json
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from bench.visitor import Visitor, follow, hidden

QUANTITY = re.compile(r'name="(q-\d+-\d+)"')
REWARD = re.compile(r'name="reward" value="(\d+)"')
Script = Callable[[Visitor, "Desk"], Awaitable[None]]
_once = count(1)


@dataclass
class Desk:
    """What one kind of work leaves for the next: numbers of orders, containers to count."""

    placed: deque[tuple[str, int]] = field(default_factory=deque)  # number, maker
    confirmed: dict[int, deque[str]] = field(default_factory=dict)  # by maker
    model: str = ""  # a part number, for the station
    lines: dict[int, list[dict[str, Any]]] = field(default_factory=dict)  # by customer
    searched: dict[str, str] = field(default_factory=dict)  # what lists are searched for


class NothingLeft(Exception):
    """There is no order left that this work could be done on."""


@dataclass(frozen=True)
class Work:
    """One kind of work: who does it, how, and how many of its requests make one unit."""

    name: str
    who: str
    script: Script
    requests: int = 1
    writes: bool = False


async def _page(visitor: Visitor, path: str) -> None:
    await visitor.get(path)
    assert visitor.status == 200, f"{path}: {visitor.status} {visitor.text[:300]}"


def page(path: str) -> Script:
    """Opening one page; `{words}` in its address are those of `Desk.searched`."""

    async def script(visitor: Visitor, desk: Desk) -> None:
        await _page(visitor, path.format_map(desk.searched))

    return script


async def whole_order(visitor: Visitor, desk: Desk) -> None:
    """Order screen, review, confirm, afterwards: four pages, one order."""
    await _page(visitor, "/order/")
    fields = QUANTITY.findall(visitor.text)
    await follow(visitor, "/order/", dict.fromkeys(fields[:11:5], "1"))
    kept = {k: v for k, v in hidden(visitor.text).items() if k in ("key", "seen")}
    wishes = {"reference": "bench", "requested_date": ""}
    await follow(visitor, "/order/review/", {**kept, **wishes})
    assert visitor.status == 200


async def order_by_program(visitor: Visitor, desk: Desk) -> None:
    """Three lines by API; the number is left for the price confirmation."""
    customer = visitor.things["customer"]
    body = {"lines": desk.lines[customer], "reference": "bench"}
    await visitor.call("/api/v1/orders", body, f"bench-{next(_once)}-{uuid4()}")
    assert visitor.status == 201, visitor.text[:300]
    for order in json.loads(visitor.text)["orders"]:
        desk.placed.append((order["number"], visitor.things["maker"]))


async def confirm_price(visitor: Visitor, desk: Desk) -> None:
    """The salesperson's yes."""
    if not desk.placed:
        raise NothingLeft
    number, maker = desk.placed.popleft()
    await visitor.post(f"/sales/{number}/confirm/", {"version": "1"})
    assert visitor.status == 302, visitor.text[:300]
    desk.confirmed.setdefault(maker, deque()).append(number)


async def approve(visitor: Visitor, desk: Desk) -> None:
    """The manufacturer's yes."""
    waiting = desk.confirmed.get(visitor.things["maker"])
    if not waiting:
        raise NothingLeft
    promised = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - any day will do
    fields = {"version": "2", "promised_date": promised, "reference": "M-1"}
    await visitor.post(f"/desk/orders/{waiting.popleft()}/approve/", fields)
    assert visitor.status == 302, visitor.text[:300]


async def scan_piece(visitor: Visitor, desk: Desk) -> None:
    """A new label, its model, its condition: three scans count one piece."""
    things = visitor.things
    if "opened" not in things:
        await _page(visitor, "/recovery/")
        things["opened"] = True
        await scan(visitor, things["box"])
    for text in ("N", desk.model, "1"):
        await scan(visitor, text)


async def scan(visitor: Visitor, text: str) -> None:
    """One scan; the page carries what was scanned before."""
    await visitor.post("/recovery/", {**hidden(visitor.text), "scan": text})
    assert visitor.status == 200, visitor.text[:300]


async def redeem(visitor: Visitor, desk: Desk) -> None:
    """One reward for points."""
    things = visitor.things
    if "reward" not in things:
        await _page(visitor, "/order/collection/rewards/")
        things["reward"] = REWARD.findall(visitor.text)[0]
    fields = {"reward": things["reward"], "key": str(uuid4())}
    await visitor.post("/order/collection/rewards/", fields)
    assert visitor.status == 302, visitor.text[:300]


EMPTY = Work("empty page, logged in", "buyer", page("/switch/"))
SCREEN = Work("order screen, 20 machines, 100 lines", "buyer", page("/order/"))
WHOLE = Work("whole browser order (4 pages)", "buyer", whole_order, requests=6, writes=True)
BY_API = Work("order by API (3 lines)", "program", order_by_program, writes=True)
CONFIRM = Work("price confirmation", "sales", confirm_price, writes=True)
APPROVE = Work("approval", "desk", approve, writes=True)
SCAN = Work("receipt: one piece (3 scans)", "clerk", scan_piece, requests=3, writes=True)
REDEEM = Work("redemption of points", "buyer", redeem, writes=True)
PAGES = (
    Work("buyer's orders", "buyer", page("/order/orders/")),
    Work("balance of points", "buyer", page("/order/collection/rewards/")),
    Work("salesperson's queue", "sales", page("/sales/")),
    Work("salesperson's list", "sales", page("/sales/orders/")),
    Work("back-office list", "office", page("/seller/orders/")),
    Work("back-office list, not finished", "office", page("/seller/orders/?status=open")),
    Work("back-office list, searched for a customer", "office", page("/seller/orders/?q={name}")),
    Work("back-office list, searched for a part", "office", page("/seller/orders/?q={part}")),
    Work("order desk's requests", "desk", page("/desk/")),
)
ALL = (EMPTY, SCREEN, WHOLE, BY_API, CONFIRM, APPROVE, *PAGES, SCAN, REDEEM)
