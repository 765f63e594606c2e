"""Somebody's system that takes our messages: a real HTTP server that can be told to misbehave."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook


@dataclass
class Heard:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes
    path: str = "/"

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def verified(self, secret: str) -> Any:
        """The payload, checked by the specification's own library; it raises if anything is off."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """Answers with `status`, after `answers` are used up; `heard` keeps what came."""

    url: str = ""
    status: int = 204
    answers: list[int] = field(default_factory=list)
    behaviour: str = ""  # "", slow, trickle, huge, half, redirect
    heard: list[Heard] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    headers: dict[str, str] = field(default_factory=dict)  # of its answers
    refuses: set[str] = field(default_factory=set)  # types answered with 500

    def answer_to(self, heard: Heard) -> int:
        """The status for one request."""
        if heard.told["type"] in self.refuses:
            return 500
        return self.answers.pop(0) if self.answers else self.status

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.heard]

    @property
    def types(self) -> list[str]:
        return [each.told["type"] for each in self.heard]


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        heard = Heard({k.lower(): v for k, v in self.headers.items()}, body, self.path)
        receiver.heard.append(heard)
        receiver.came.set()
        behave = {
            "slow": self._slow,
            "trickle": self._trickle,
            "huge": self._huge,
            "half": self._half,
            "redirect": self._redirect,
        }.get(receiver.behaviour)
        if behave is None:
            self._answer(receiver.answer_to(heard))
        else:
            behave()

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        said = {"Content-Length": "0", **self.server.receiver.headers, **headers}
        for name, value in said.items():
            self.send_header(name, value)
        self.end_headers()

    def _slow(self) -> None:
        self.server.receiver.go_on.wait(30)

    def _trickle(self) -> None:
        """One byte of a header at a time, for ever."""
        self._write_on(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a", 0.02)

    def _huge(self) -> None:
        self._write_on(b"HTTP/1.1 500 No\r\n\r\n", b"no " * 100_000, 0)

    def _write_on(self, first: bytes, more: bytes, pause: float) -> None:
        with suppress(OSError):
            self.wfile.write(first)
            while not self.server.receiver.go_on.wait(pause):
                self.wfile.write(more)

    def _half(self) -> None:
        """A reset in the middle of the answer instead of a good-bye."""
        self.wfile.write(b"HTTP/1.1 200")
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _redirect(self) -> None:
        self._answer(302, Location=f"{self.server.receiver.url}elsewhere")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was cut."""


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    with _Server(("127.0.0.1", port), _Handler) as server:
        server.receiver = Receiver(url=f"http://127.0.0.1:{server.server_address[1]}/")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.receiver
        finally:  # or its thread keeps a process alive that ended by an error
            server.receiver.go_on.set()
            server.shutdown()
            thread.join()
