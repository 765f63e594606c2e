"""More than can be served: whoever cannot be served soon is told so at once, and when to return."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tonerloop.config.gate import TURNED_AWAY, Gate


class Product:
    """Answers once it is let go; notes on which threads it ran."""

    def __init__(self) -> None:
        self.go_on, self.begun = threading.Event(), threading.Semaphore(0)
        self.threads: set[int] = set()
        self.closed = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.threads.add(threading.get_ident())
        self.begun.release()
        if environ["PATH_INFO"] not in ("/healthz", "/static/x.css"):
            self.go_on.wait(10)
        start("200 OK", [("X-Made", "by the product")])
        return Parts(self)


class Parts(list[bytes]):
    """A body that wants to be closed."""

    def __init__(self, product: Product) -> None:
        super().__init__([b"made ", b"whole"])
        self.product = product

    def close(self) -> None:
        self.product.closed += 1


Answer = tuple[str, dict[str, str], bytes]


def ask(gate: Gate, path: str = "/order/", language: str = "en") -> Answer:
    said: list[Any] = []
    environ = {"PATH_INFO": path, "HTTP_ACCEPT_LANGUAGE": language}
    parts = gate(environ, lambda status, headers: said.extend([status, dict(headers)]))
    return said[0], said[1], b"".join(parts)


def full(product: Product) -> Gate:
    """A gate with no room left."""
    gate = Gate(product, most=1, wait=0)
    gate.room.acquire()
    return gate


@pytest.fixture
def product() -> Iterator[Product]:
    one = Product()
    yield one
    one.go_on.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as one:
        yield one


def test_it_passes_answers_on_and_closes_them(product: Product) -> None:
    product.go_on.set()
    status, headers, body = ask(Gate(product, most=1, wait=0))
    assert (status, headers, body) == ("200 OK", {"X-Made": "by the product"}, b"made whole")
    assert product.closed == 1


def test_one_too_many_is_turned_away_at_once(product: Product, pool: ThreadPoolExecutor) -> None:
    gate, before = Gate(product, most=1, wait=1), TURNED_AWAY._value.get()
    served = pool.submit(ask, gate)
    assert product.begun.acquire(timeout=5)
    waits = pool.submit(ask, gate)
    while gate.room._value:
        time.sleep(0.01)
    began = time.monotonic()
    status, headers, body = ask(gate)
    assert time.monotonic() - began < gate.patience  # after which whoever waits is told
    assert status == "503 Service Unavailable" and headers["Retry-After"] == "3"
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert b"Busy at the moment" in body and "no-store" in headers["Cache-Control"]
    assert TURNED_AWAY._value.get() == before + 1
    product.go_on.set()
    assert served.result(5)[0] == waits.result(5)[0] == "200 OK"
    assert len(product.threads) == 1  # so many connections to the database, no more


def test_who_waits_too_long_is_told_so_and_nothing_is_done(
    product: Product, pool: ThreadPoolExecutor
) -> None:
    gate = Gate(product, most=1, wait=5, patience=0.2)
    served = pool.submit(ask, gate)
    assert product.begun.acquire(timeout=5)
    assert ask(gate)[0].startswith("503")
    product.go_on.set()
    assert served.result(5)[0] == "200 OK"  # begun in time: it is finished, however long it takes
    assert not product.begun.acquire(blocking=False)
    assert ask(gate)[0] == "200 OK"


@pytest.mark.parametrize("path", ["/healthz", "/static/x.css"])
def test_health_and_static_files_pass_beside(
    product: Product, pool: ThreadPoolExecutor, path: str
) -> None:
    gate = Gate(product, most=1, wait=0)
    served = pool.submit(ask, gate)
    assert product.begun.acquire(timeout=5)
    assert ask(gate, path)[0] == "200 OK" and ask(gate)[0].startswith("503")
    product.go_on.set()
    served.result(5)


def test_programs_get_a_problem_document(product: Product) -> None:
    status, headers, body = ask(full(product), "/api/v1/orders")
    assert status.startswith("503") and headers["Retry-After"] == "3"
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(body)["type"] == "urn:tonerloop:problem:busy"


@pytest.mark.parametrize("language", ["ja,en;q=0.5", "ja-JP"])
def test_people_read_it_in_their_language(product: Product, language: str) -> None:
    body = ask(full(product), language=language)[2].decode()
    assert '<html lang="ja">' in body
    assert '<html lang="en' in ask(full(product), language="xx")[2].decode()
