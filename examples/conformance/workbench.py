"""The bench on which one case is run: it sends, waits, looks, and notes what it saw."""

import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from orders import Order
from pretend import Call, Pretend
from sending import Receiver, Sent, message

PART, OTHER_PART = "CONF-K", "CONF-C"


@dataclass(frozen=True)
class Options:
    """How the kit is run."""

    patience: float = 15.0  # seconds in which the software does what it should
    quiet: float = 2.0  # seconds in which it does not what it should not
    slow: float = 3.0  # seconds that a slow API takes for an answer
    restart: tuple[str, ...] = ()  # the command that kills and starts the software
    discontinued: str = ""  # a part number that it knows to be no longer made
    ships: bool = False  # it ships by itself
    polls: float = 0.0  # seconds after which it looks by itself where no message comes


@dataclass
class Bench:
    """What a case works with; `seen` and `wrong` become its report."""

    pretend: Pretend
    receiver: Receiver
    options: Options
    seen: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)

    def order(self, *lines: tuple[str, int], listed: bool = True, age: float = 0.0) -> Order:
        """An order that waits for an answer."""
        order = self.pretend.add(*(lines or ((PART, 2),)), listed=listed, age=age)
        self.orders.append(order)
        return order

    def tell(self, order: Order, kind: str = "approval.requested", **how: Any) -> Sent:
        """Send a message about an order, which the software is to take."""
        return self.taken(message(order, kind, **how))

    def taken(self, told: Mapping[str, Any] | bytes, **how: Any) -> Sent:
        """Send this, which the software is to take."""
        sent = self.receiver.send(told, **how)
        self.saw(f"message: {sent}")
        self.expect(sent.taken, f"The message was to be answered 2xx; it was {sent}.")
        return sent

    def refused(self, told: Mapping[str, Any] | bytes, **how: Any) -> None:
        """Send this, which the software is to refuse."""
        sent = self.receiver.send(told, **how)
        self.saw(f"message: {sent}")
        self.expect(sent.refused, f"The message was to be refused with 4xx; it was {sent}.")

    def answered(self, order: Order) -> None:
        """Wait for the answer, then a while for another: one only may be said."""
        if not self.until(lambda: bool(order.outcome)):
            words = f"No answer took effect within {self.options.patience:g} s"
            self.wrong.append(f"{words}; the order is still “{order.status}”.")
        time.sleep(self.options.quiet)
        said = {call.body for call in self.answers(order) if call.status == 200}
        self.expect(len(said) <= 1 and len(order.answers) <= 1, "More than one answer was given.")

    def untouched(self, *orders: Order) -> None:
        """Wait a while in which nobody may ask for these orders or answer them."""
        time.sleep(self.options.quiet)
        touched = [order for order in orders if self.pretend.calls_about(order)]
        self.expect(not touched, "The software acted on a message that it should have refused.")

    def answers(self, order: Order) -> list[Call]:
        """The calls by which the software tried to answer."""
        return [call for call in self.pretend.calls_about(order) if call.path.endswith("/answer")]

    def until(self, true: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until it is true; False if that took too long."""
        end = time.monotonic() + (self.options.patience if seconds is None else seconds)
        while not true():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def restart(self) -> None:
        """Run the command that kills and starts the software, and wait until it listens."""
        quiet = subprocess.DEVNULL  # no pipe: what it starts would hold that open
        try:
            done = subprocess.run(self.options.restart, stdout=quiet, stderr=quiet, timeout=60)
            self.saw(f"restart command: ended with {done.returncode}")
            self.expect(done.returncode == 0, "The restart command failed.")
        except (OSError, subprocess.TimeoutExpired) as error:
            self.wrong.append(f"The restart command failed: {error}")
        self.expect(self.until(self.listens), "After the restart nobody listens for messages.")

    def listens(self) -> bool:
        """True if somebody accepts connections where messages are to be sent."""
        parts = urlsplit(self.receiver.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            socket.create_connection((parts.hostname or "", port), timeout=2).close()
        except OSError:
            return False
        return True

    def saw(self, words: str) -> None:
        """Note it for the report."""
        self.seen.append(words)

    def expect(self, true: bool, otherwise: str) -> None:
        """Note what was wrong unless it is true."""
        if not true:
            self.wrong.append(otherwise)

    def saw_calls(self) -> None:
        """Note the calls about the case's orders."""
        for order in self.orders:
            for call in self.pretend.calls_about(order):
                body = f" {call.body.decode(errors='replace')[:200]}" if call.body else ""
                status = call.status if call.status > 0 else "cut off"
                self.saw(f"{call.method} {call.path}{body}: {status}")
            self.saw(f"order {order.number} is then “{order.status}”")
