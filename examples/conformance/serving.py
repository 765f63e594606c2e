"""The pretended API on a port of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from pretend import BROKEN, Pretend


@contextmanager
def serving(pretend: Pretend, port: int) -> Iterator[tuple[Pretend, str]]:
    """Serve it; gives it and its address. OSError where the port is taken."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30  # seconds for a request to come in

        def _answer(self) -> None:
            length = self.headers.get("Content-Length", "0")
            body = self.rfile.read(int(length) if length.isdigit() else 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = pretend.respond(self.command, self.path, headers, body)
            if reply.status == BROKEN:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - names of HTTP

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the calls are kept."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hung up."""

    with Server(("127.0.0.1", port), Handler) as http:
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield pretend, f"http://127.0.0.1:{http.server_address[1]}"
        finally:
            http.shutdown()
