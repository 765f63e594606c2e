"""Each request has an id, is counted and timed by its route, and may be found in the log."""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

from tonerloop.common.tracing import about

log = logging.getLogger(__name__)
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNKNOWN = "none"  # addresses that are not ours are one route, or they would fill the memory

REQUESTS = Counter("tonerloop_requests", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "tonerloop_request_seconds",
    "Seconds until the answer was made",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


class WatchMiddleware:
    """The outermost: what it sees is what the reader waited for.

    An id that a proxy in front gave is kept, so that its log and ours can be joined.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN.fullmatch(given) else uuid4().hex
        began = time.perf_counter()
        with about(request=request_id):
            response = self.get_response(request)
            self._note(request, response.status_code, time.perf_counter() - began)
        response.headers["X-Request-ID"] = request_id
        return response

    def _note(self, request: HttpRequest, status: int, seconds: float) -> None:
        match = request.resolver_match
        route, method = (match.route if match else UNKNOWN), _method(request)
        REQUESTS.labels(route or "/", method, str(status)).inc()
        SECONDS.labels(route or "/").observe(seconds)
        # The route, not the address: what people search for may be a name.
        log.info("%s /%s %d in %.0f ms", method, route, status, 1000 * seconds)


def _method(request: HttpRequest) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "other"
