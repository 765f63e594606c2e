"""Handing a message to a push service: an address that a browser named, so not to be trusted."""

import socket
import ssl
import threading
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tonerloop.outbound.webhooks.addresses import is_public

TIMEOUT = 10  # seconds without a byte
TOTAL = 15  # seconds in all: an answer that trickles in holds no job for days
GONE = (404, 410)
HOPELESS = (400, 401, 403, 413)  # our message or our key: the same again changes nothing


class NotTaken(Exception):
    """The push service did not take the message; `gone` if it never will for this device."""

    def __init__(self, words: str, *, gone: bool = False, hopeless: bool = False) -> None:
        super().__init__(words)
        self.gone, self.hopeless = gone, gone or hopeless


class Forbidden(NotTaken):
    """The address is none that the server may call: not https, or in a private network."""

    def __init__(self) -> None:
        super().__init__("not an address of a push service", gone=True)


def post(endpoint: str, body: bytes, headers: dict[str, str]) -> None:
    """Send the body, following no redirect; NotTaken with the reason where it was not taken."""
    parts = checked(endpoint)
    connection = _Vetted(parts)
    timer = threading.Timer(TOTAL, _cut, [connection])
    timer.start()
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path or "/", body, {"Host": parts.netloc, **headers})
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise NotTaken(f"push service: {error or type(error).__name__}") from error
    finally:
        timer.cancel()
        connection.close()
    if not 200 <= status < 300:
        words = f"push service: {status}"
        raise NotTaken(words, gone=status in GONE, hopeless=status in HOPELESS)


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):  # it may have ended by itself
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def checked(endpoint: str) -> SplitResult:
    """The address in parts; Forbidden unless it is https (or the operator allows any)."""
    try:
        parts = urlsplit(endpoint)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise Forbidden from None
    schemes = ("https", "http") if settings.PUSH_ANYWHERE else ("https",)
    plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if parts.scheme not in schemes or not named or parts.username or not plain:
        raise Forbidden
    return parts


class _Vetted(HTTPConnection):
    """Connects to the very address that was looked at, so that no name changes in between."""

    def __init__(self, parts: SplitResult) -> None:
        self.secure = parts.scheme == "https"
        port = parts.port or (443 if self.secure else 80)
        super().__init__(parts.hostname or "", port, timeout=TIMEOUT)

    def connect(self) -> None:
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        # One private address among them is enough to distrust the name.
        if not settings.PUSH_ANYWHERE and not all(map(is_public, addresses)):
            raise Forbidden
        self.sock = socket.create_connection((addresses[0], self.port), self.timeout)
        if self.secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)
