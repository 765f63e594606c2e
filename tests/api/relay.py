"""A relay between a program and the server, where a test may let things happen in between."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from django.db import connection

Before = Callable[[str, str], bytes | None]


@contextmanager
def relay(server: str, before: Before) -> Iterator[str]:
    """The address of a relay to the server.

    `before` is called with method and path of each request; bytes that it gives back are sent
    instead of the server's answer, as they are.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on(None)

        def do_POST(self) -> None:
            self._pass_on(self.rfile.read(int(self.headers["Content-Length"])))

        def _pass_on(self, body: bytes | None) -> None:
            try:
                instead = before(self.command, self.path)
            finally:
                connection.close()
            if instead is not None:
                self.wfile.write(instead)
                return
            status, answer = _ask(server + self.path, body, self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        Thread(target=http.serve_forever, args=[0.05], daemon=True).start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()


def _ask(url: str, body: bytes | None, key: str) -> tuple[int, bytes]:
    headers = {"Authorization": key, "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as got:
            return got.status, got.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
