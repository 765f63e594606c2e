"""One HTTP request to a system that we do not trust: bounded in time and size, no redirects.

Python's own client is enough for that, and lets us connect to the very address that was checked;
a bigger client would look the name up again.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache

from django.utils.translation import gettext as _

from tonerloop.outbound.webhooks.addresses import Unreachable, checked_url, resolve

CONNECT, TOTAL = 5.0, 15.0  # seconds
READ = 4096  # bytes of an answer; the rest is not wanted
KEPT = 300  # characters of it that are shown
GONE = 410
BUSY = (429, 503)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: a status and how the body begins, or no status and why not."""

    status: int | None
    said: str
    retry_after: float = 0.0  # seconds that a busy receiver asks for

    @property
    def ok(self) -> bool:
        """True if the receiver has taken the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """True if the receiver says that nothing is to be sent here ever again."""
        return self.status == GONE


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send it; whatever goes wrong becomes an answer in words."""
    late = threading.Event()
    try:
        parts = checked_url(url)
        addresses = resolve(parts)
        secure = parts.scheme == "https"
        connection = _Pinned(parts.hostname or "", parts.port, addresses, secure=secure)
        timer = threading.Timer(TOTAL, _cut, [connection, late])
        timer.start()
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            said = answer.read(READ)
            if late.is_set():  # what was cut off may look like a whole answer
                raise TimeoutError
            return _heard(answer.status, said, answer.headers["Retry-After"] or "")
        finally:
            timer.cancel()
            connection.close()
    except Unreachable as error:
        return Answer(status=None, said=str(error))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Answer(status=None, said=_words(error, late=late.is_set()))


def _heard(status: int, body: bytes, wait: str) -> Answer:
    said = body.decode(errors="replace")[:KEPT]
    said = "".join(char if char.isprintable() else " " for char in said).strip()
    if 300 <= status < 400:
        said = _("Redirects are not followed. Enter the address that it leads to.")
    return Answer(status=status, said=said, retry_after=_wait(wait) if status in BUSY else 0.0)


def _wait(text: str) -> float:
    """Seconds that `Retry-After` asks for, as a number or a moment; 0 where it says nothing."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _words(error: Exception, *, late: bool) -> str:
    if late or isinstance(error, TimeoutError):
        return _("No answer in time.")
    if isinstance(error, ssl.SSLError):
        return _("No secure connection: %(error)s") % {"error": error.reason or error}
    if isinstance(error, ConnectionRefusedError):
        return _("Nobody listens there: the connection was refused.")
    return _("The connection broke: %(error)s") % {"error": str(error) or type(error).__name__}


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was checked, in the name that was asked for."""

    def __init__(self, host: str, port: int | None, addresses: list[str], *, secure: bool) -> None:
        super().__init__(host, port or (443 if secure else 80), timeout=CONNECT)
        self.addresses, self.secure = addresses, secure
        if secure:
            self.default_port = 443  # so that the Host header says no port where none was given

    def connect(self) -> None:
        """Connect; for HTTPS the certificate must be valid for the name."""
        deadline = time.monotonic() + TOTAL
        self.sock = plain = self._reached()
        if self.secure:
            self.sock = _trust().wrap_socket(plain, server_hostname=self.host)
        self.sock.settimeout(max(0.1, deadline - time.monotonic()))

    def _reached(self) -> socket.socket:
        """The first that answers of two addresses: some machines have no way to IPv6 ones.

        No more of them, or a name with hundreds would hold a job for as many time-outs.
        """
        *first, last = self.addresses[:2]
        for address in first:
            with suppress(OSError):
                return socket.create_connection((address, self.port), CONNECT)
        return socket.create_connection((last, self.port), CONNECT)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _cut(connection: http.client.HTTPConnection, late: threading.Event) -> None:
    """End a request that takes too long, even if its answer trickles in byte by byte."""
    late.set()
    if connection.sock is not None:
        with suppress(OSError):  # it may have ended by itself
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)  # without TLS's own good-bye
