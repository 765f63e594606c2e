"""The gate before the product: who cannot be served soon is told so at once.

The product runs on a few threads, each with one database connection. A bounded number of requests
may wait for one of them, and not for long; whoever comes beyond that is answered 503 with
`Retry-After` instead of waiting for minutes. Health checks and static files pass beside it.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from io import BytesIO
from threading import BoundedSemaphore
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter

from tonerloop.api.problems import busy_problem
from tonerloop.web.shared.busy import busy_page
from tonerloop.web.shared.headers import SecurityHeaders

Environ = dict[str, Any]
Product = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Answer = tuple[str, list[tuple[str, str]], bytes]

PATIENCE = 3.0  # seconds that a request waits for its turn
BESIDE = ("/healthz", "/readyz", "/metrics")
TURNED_AWAY = Counter("tonerloop_turned_away", "Requests answered 503 since too many came at once")


class Gate:
    """A WSGI application that lets so many requests at a time to another one."""

    def __init__(
        self, product: Product, *, most: int, wait: int, patience: float = PATIENCE
    ) -> None:
        self.product, self.patience = product, patience
        self.pool = ThreadPoolExecutor(most, "product")
        self.room = BoundedSemaphore(most + wait)

    def __call__(self, environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or say that it cannot be answered now."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(settings.STATIC_URL):
            # Without a cookie nobody is looked up, so a file that is not there asks no database.
            return self.product({**environ, "HTTP_COOKIE": ""}, start)
        status, headers, body = self._beside(environ) if path in BESIDE else self._in_turn(environ)
        start(status, headers)
        return [body]

    def _in_turn(self, environ: Environ) -> Answer:
        _receive(environ)  # whoever sends slowly holds up no thread of the product
        if not self.room.acquire(blocking=False):
            return _turned_away(environ)
        turn = self.pool.submit(_answer, self.product, environ)
        turn.add_done_callback(self._leave)
        try:
            return turn.result(self.patience)
        except TimeoutError:
            # Not begun: it never will be. Begun: it takes as long as it takes.
            return _turned_away(environ) if turn.cancel() else turn.result()
        except CancelledError:
            return _turned_away(environ)

    def _leave(self, _turn: Future[Answer]) -> None:
        self.room.release()

    def _beside(self, environ: Environ) -> Answer:
        try:
            return _answer(self.product, environ)
        finally:
            connections.close_all()  # this thread is none of those that keep one


def _receive(environ: Environ) -> None:
    """Read what is sent before the turn comes, up to what the product would take at most."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length):
        most = min(int(length), settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(most))


def _answer(product: Product, environ: Environ) -> Answer:
    """The whole answer, closed on the thread that made it."""
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        said[:] = [status, headers]

    parts = product(environ, start)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return said[0], said[1], body


def _turned_away(environ: Environ) -> Answer:
    TURNED_AWAY.inc()
    program = environ.get("PATH_INFO", "").startswith("/api/")
    answer: HttpResponse = (
        busy_problem() if program else busy_page(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    )
    answer = SecurityHeaders(lambda _request: answer)(HttpRequest())  # as on every other answer
    headers = [(name, str(value)) for name, value in answer.items()]
    return f"{answer.status_code} {answer.reason_phrase}", headers, answer.content
