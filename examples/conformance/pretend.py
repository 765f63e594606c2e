"""A pretended Tonerloop: what a manufacturer uses of the API, as the published contract says.

Everything is kept in memory, with every call and what was answered. It can be made slow, busy or
broken, and let something happen just before an answer is taken.
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from orders import Order, answered, delivered, new_line, new_number, shipped
from replies import Problem, Reply, failed, json_reply

ROOT = "/api/v1"
STATES = ("open", "closed", "all")
STATUSES = (
    *("placed", "waiting_for_buyer", "price_confirmed", "approved"),
    *("partly_shipped", "shipped", "delivered", "cancelled"),
)
BROKEN = -1  # a status: the answer is lost on its way


@dataclass
class Call:
    """One call of the manufacturer's software, and what it was answered."""

    at: float
    method: str
    path: str
    body: bytes
    status: int = 0
    answer: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Trouble:
    """The next call gets this status; whoever calls again before `Retry-After` is noted."""

    status: int
    seconds: int
    until: float = 0.0
    early: int = 0


class Pretend:
    """The orders, the calls and what is wrong just now. One lock: calls are taken in turn."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.orders: dict[str, Order] = {}
        self.calls: list[Call] = []
        self.delay = 0.0
        self.extra: dict[str, Any] = {}  # fields that the contract does not name yet
        self.trouble: Trouble | None = None
        self.down = False
        self.lose_next_answer = False
        self.lock = RLock()

    def add(self, *lines: tuple[str, int], listed: bool = True, age: float = 0.0) -> Order:
        """An order that waits for an answer: parts with quantities, asked for seconds ago."""
        now = datetime.now(UTC)
        rows = [new_line(place, *each) for place, each in enumerate(lines, 1)]
        asked, wanted = now - timedelta(seconds=age), now.date() + timedelta(days=5)
        order = Order(new_number(), rows, asked, wanted, listed=listed)
        with self.lock:
            self.orders[order.number] = order
        return order

    def calls_about(self, order: Order) -> list[Call]:
        """The calls that name the order."""
        with self.lock:
            return [call for call in self.calls if order.number in call.path]

    def respond(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one call; header names in small letters."""
        call = Call(time.monotonic(), method, path, body)
        with self.lock:
            self.calls.append(call)
        if self.delay:
            time.sleep(self.delay)
        with self.lock:
            reply = self._troubled() or self._answer(method, path, headers, body)
            call.status, call.answer, call.headers = reply.status, reply.body, reply.headers
        return reply

    def _troubled(self) -> Reply | None:
        if self.down:
            return Reply(503, b"The service is away.", {"Content-Type": "text/plain"})
        trouble, now = self.trouble, time.monotonic()
        if trouble is None or (trouble.until and now >= trouble.until):
            return None
        trouble.early += bool(trouble.until) and now < trouble.until - 0.1
        trouble.until = trouble.until or now + trouble.seconds
        if trouble.status == 429:
            reply = failed("too-many", 429, "Too many calls. Wait as `Retry-After` says.")
        else:
            reply = Reply(trouble.status, b"Come back later.", {"Content-Type": "text/plain"})
        reply.headers["Retry-After"] = str(trouble.seconds)
        return reply

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        try:
            if headers.get("authorization") != f"Bearer {self.key}":
                raise Problem("no-key", 401, "Send your key as “Authorization: Bearer …”.")
            shown = self._done(method, path, headers, body)
        except Problem as problem:
            return problem.reply()
        if self.lose_next_answer and path.endswith("/answer"):
            self.lose_next_answer = False
            return Reply(BROKEN, b"", {})
        return json_reply(shown)

    def _done(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        parts = urlsplit(path)
        match [method, *parts.path.removeprefix(ROOT).strip("/").split("/")]:
            case ["GET", "approval-requests"]:
                return self._page(dict(parse_qsl(parts.query)))
            case ["GET", "approval-requests", number]:
                return self._shown(self._found(number))
            case ["POST", "approval-requests", number, "answer"]:
                return self._shown(answered(self._found(number), headers, body))
            case ["POST", "orders", number, "shipments"]:
                return self._shown(shipped(self._found(number), headers, body))
            case ["POST", "orders", number, "delivery"]:
                return self._shown(delivered(self._found(number), headers))
        raise Problem("not-found", 404, "There is no such address; see /api/v1/openapi.json.")

    def _found(self, number: str) -> Order:
        if number not in self.orders:
            raise Problem("not-found", 404, "There is no such thing for this key.")
        return self.orders[number]

    def _shown(self, order: Order) -> dict[str, Any]:
        return {**order.shown(), **self.extra}

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        state, status = query.get("state", "open"), query.get("status")
        _check_known("state", state, STATES)
        _check_known("status", status, (None, *STATUSES))
        found = [
            order
            for order in self.orders.values()
            if order.listed
            and (state == "all" or (order.outcome == "") == (state == "open"))
            and status in (None, order.status)
        ]
        first, most = _number(query, "after", 0, 0, 10**6), _number(query, "limit", 50, 1, 100)
        rest = first + most < len(found)
        items = [self._shown(order) for order in found[first : first + most]]
        return {"items": items, "next": str(first + most) if rest else ""}


def _check_known(name: str, given: str | None, known: Collection[str | None]) -> None:
    if given not in known:
        raise Problem("unreadable", 422, "Not what this endpoint takes.", errors=[(name, "wrong")])


def _number(query: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    text = query.get(name) or str(usual)
    number = int(text) if text.isdigit() and len(text) < 10 else -1
    _check_known(name, text if least <= number <= most else None, [text])
    return number
