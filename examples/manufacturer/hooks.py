"""Signed messages from Tonerloop, by the Standard Webhooks specification.

A message is only a hint to look at an order: what is done follows from the order as the server
has it then. So it does no harm if messages come twice, late, out of order or not at all.
"""

import base64
import hmac
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

TOLERANCE = 5 * 60  # seconds that a message may be older or newer than now
LARGEST = 100_000  # bytes; messages stay under 20 kB

log = logging.getLogger("hooks")


class Hints:
    """Orders to look at, each once however often it is told, and when."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._changed = Condition()
        self.heard_at = float("-inf")  # when the last message came

    def add(self, number: str, seconds: float = 0.0) -> None:
        """Look at this order after so many seconds, or earlier where that was wanted before."""
        with self._changed:
            at = time.monotonic() + seconds
            self._due[number] = min(at, self._due.get(number, at))
            self._changed.notify()

    def take(self) -> str:
        """An order whose time has come, which is no hint any more; "" if there is none."""
        with self._changed:
            now = time.monotonic()
            number = next((number for number, at in self._due.items() if at <= now), "")
            self._due.pop(number, None)
            return number

    def wait(self, most: float) -> None:
        """Wait until one is due or added, so many seconds at most."""
        with self._changed:
            first = min(self._due.values(), default=float("inf")) - time.monotonic()
            if (least := min(most, first)) > 0:
                self._changed.wait(least)

    def silent(self, seconds: float) -> bool:
        """True if no message has come for so long."""
        return time.monotonic() - self.heard_at > seconds


def verified(
    secrets: Sequence[str], headers: Mapping[str, str], body: bytes, now: float | None = None
) -> bool:
    """True if one of our secrets signed exactly this, within five minutes of now.

    While a secret is rotated the header has several signatures, and we may know several secrets.
    """
    sent_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_id or not (at.isascii() and at.isdigit() and len(at) < 15):
        return False
    if abs((time.time() if now is None else now) - int(at)) > TOLERANCE:
        return False
    signed = f"{sent_id}.{at}.".encode() + body
    given = [one.encode() for one in headers.get("webhook-signature", "").split()]
    right = [_signature(secret, signed) for secret in secrets]
    # In constant time, so that the pace does not tell how much of a forged one is right.
    return any(hmac.compare_digest(one, other) for one in given for other in right)


def _signature(secret: str, signed: bytes) -> bytes:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))


def order_in(body: bytes) -> str:
    """The number of the order that a message is about; "" where it is about something else.

    ValueError where it is no message at all.
    """
    told: Any = json.loads(body)
    if not isinstance(told, dict) or not isinstance(told.get("type"), str):
        raise ValueError("no message")
    data = told.get("data")
    number = data.get("number") if isinstance(data, dict) else None
    ours = told["type"].startswith(("approval.", "order."))
    return number if ours and isinstance(number, str) and number.isdigit() else ""


class Receiver(BaseHTTPRequestHandler):
    """Takes one message: keeps its hint and says so at once; desk.py's loop does the work."""

    timeout = 10  # seconds for a request to come in
    secrets: Sequence[str]
    hints: Hints

    def do_POST(self) -> None:
        self.send_response(self._take())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _take(self) -> int:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            return 411
        if int(length) > LARGEST:
            return 413
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self._understood(body) if verified(self.secrets, headers, body) else 401

    def _understood(self, body: bytes) -> int:
        try:
            number = order_in(body)
        except ValueError:
            return 400
        self.hints.heard_at = time.monotonic()
        if number:
            self.hints.add(number)
        return 204

    def log_message(self, format: str, *args: object) -> None:
        log.debug(format, *args)


def listen(port: int, secrets: Sequence[str], hints: Hints) -> Callable[[], None]:
    """Take messages on a port of this machine until the function given back is called."""
    receiver = type("Own", (Receiver,), {"secrets": secrets, "hints": hints})
    http = ThreadingHTTPServer(("127.0.0.1", port), receiver)
    Thread(target=http.serve_forever, daemon=True).start()

    def stop() -> None:
        http.shutdown()
        http.server_close()

    return stop
