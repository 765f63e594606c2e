"""The API for programs, version 1."""

from django.urls import path, re_path
from ninja import NinjaAPI

from tonerloop.api import problems
from tonerloop.api.auth import ProgramKey
from tonerloop.api.endpoints import router

api = NinjaAPI(
    title="Tonerloop",
    version="1",
    description="Approval requests for a manufacturer's order software.",
    auth=ProgramKey(),
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", router)
problems.install(api)

operations, app, namespace = api.urls
for operation in operations:
    assert operation.callback is not None
    operation.callback = problems.told(operation.callback)

urlpatterns = [
    path("v1/", (operations, app, namespace)),
    re_path("", problems.nothing_here),
]
