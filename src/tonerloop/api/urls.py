"""The API for programs, version 1."""

from django.urls import path
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

urlpatterns = [path("v1/", api.urls)]
