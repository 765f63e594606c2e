"""Whatever is sent, by whichever program, the answer is as the contract says, and tells nothing.

Schemathesis makes the requests from the document itself, right ones and wrong ones; half of them
are about the cast's own things. What is found is shown with a line of curl that does it again.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import Program, program_of
from tests.api.test_doors import RIVALS, ROLES, Things, told
from tests.api.test_doors import things as things
from tests.world import World

pytestmark = pytest.mark.django_db
EXAMPLES = 4  # of each operation, for each program and way
RIGHT, WRONG = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=EXAMPLES,
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests are part of the test's transaction, so none of them ends its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def contract(world: World, one_connection: None) -> Any:
    """The contract as it is served, read once."""
    return read()


@cache
def read() -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())


@pytest.mark.parametrize(
    ("who", "way"),
    [
        *[(who, way) for who in ROLES for way in (RIGHT, WRONG)],
        *[(who, RIGHT) for who in ("foreign_buyer", "rival_back_office", "rival_desk")],
    ],
)
def test_every_operation_keeps_to_the_contract(
    things: Things, world: World, contract: Any, who: str, way: GenerationMode
) -> None:
    program, role, tried = program_of(world, who), {**ROLES, **RIVALS}[who], 0
    for found in contract.get_all_operations():
        operation = found.ok()
        if role in operation.definition.raw["x-roles"]:
            ask(operation, program, things, way, stranger=who in RIVALS)
            tried += 1
    assert tried >= 8


def ask(
    operation: Any, program: Program, things: Things, way: GenerationMode, *, stranger: bool
) -> None:
    @FEW
    @given(case=operation.as_strategy(generation_mode=way), own=st.booleans())
    def asked(case: Any, own: bool) -> None:
        if own:
            case.path_parameters = named(case, things)
        # Uncompressed: the client that calls the application here unpacks nothing.
        answer = case.call(headers={**program.headers, "Accept-Encoding": "identity"})
        case.validate_response(answer, checks=CHECKS)
        assert answer.headers.get("ratelimit"), answer.headers
        if stranger:
            assert not told(answer), answer.content

    asked()


def named(case: Any, things: Things) -> dict[str, Any]:
    """Path parameters that name the cast's own things."""
    given = dict(case.path_parameters or {})
    about = things.collection if "/collections/" in case.path else things.order
    ours = {**things.ids, "number": about.number}
    return {name: ours.get(name, value) for name, value in given.items()}
