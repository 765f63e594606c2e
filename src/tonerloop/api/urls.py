"""The API for programs, version 1."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path, re_path

from tonerloop.api import contract, problems
from tonerloop.api.auth import ProgramKey, noted
from tonerloop.api.v1 import (
    agreements,
    answering,
    approvals,
    catalogue,
    collections,
    customers,
    machines,
    orders,
    places,
    points,
    receipts,
    supplies,
)
from tonerloop.programs.limits import Allowance

View = Callable[..., HttpResponse]

api = contract.Contract(
    title="Tonerloop",
    version="1",
    description="What each party can do on its screens, its programs can do here.",
    auth=ProgramKey(),
    docs_url=None,
    openapi_url="/openapi.json",
)
for room in (
    supplies,
    orders,
    answering,
    approvals,
    customers,
    places,
    machines,
    agreements,
    catalogue,
    collections,
    receipts,
    points,
):
    api.add_router("", room.router)
problems.install(api)


def answered(view: View) -> View:
    """The view, with what every answer has: its headers, its note, its problems told as such."""

    @wraps(view)
    def whole(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = _method_told(view(request, *args, **kwargs))
        except Http404:
            return problems.nothing_here(request)
        if answer.status_code < 400:
            for name, value in getattr(request, "answer_headers", {}).items():
                answer.headers[name] = value
        _tell_limits(answer, getattr(request, "allowance", None))
        noted(request, answer)
        return answer

    return whole


def _method_told(answer: HttpResponse) -> HttpResponse:
    if not isinstance(answer, HttpResponseNotAllowed):
        return answer
    allowed = ", ".join(sorted(answer.headers["Allow"].split(", ")))
    refusal = problems.problem("method", 405, f"This address takes {allowed} only.")
    refusal.headers["Allow"] = allowed
    return refusal


def _tell_limits(answer: HttpResponse, allowance: Allowance | None) -> None:
    # As the IETF's draft-ietf-httpapi-ratelimit-headers writes them.
    if allowance is None:
        return
    answer.headers["RateLimit-Policy"] = f'"minute";q={allowance.most};w=60'
    answer.headers["RateLimit"] = f'"minute";r={allowance.left};t={allowance.seconds}'
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(allowance.seconds)


operations, app, namespace = api.urls
for operation in operations:
    assert operation.callback is not None
    operation.callback = answered(operation.callback)

urlpatterns = [
    path("v1/docs", contract.page, name="api_docs"),
    path("v1/", (operations, app, namespace)),
    re_path("", problems.nothing_here),
]
