"""The table of keys was taken over: keys of the version before work on, and the way back too."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.conftest import WORKER, server
from tests.stack import connected_to
from tonerloop.config.database import OWNER_ROLE
from tonerloop.programs.keys import key_of

BEFORE = "tl_0123abcd_" + "x" * 43
HASH = sha256(BEFORE.encode()).hexdigest()


@pytest.fixture
def as_owner(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A database of the test's own, whose shape it changes as its owner."""
    name = f"moving_{WORKER}"
    server.make(name)
    with django_db_blocker.unblock(), connected_to(name):
        settings: dict[str, Any] = connection.settings_dict
        app, settings["USER"] = settings["USER"], OWNER_ROLE
        yield
        settings["USER"] = app


def test_a_key_of_the_version_before_works_on(as_owner: None) -> None:
    call_command("migrate", "manufacturers", "0003_outcomes", verbosity=0)
    call_command("migrate", "programs", "zero", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parties_manufacturer (name, phone, fax, address, order_email, language,"
            " time_zone, requires_second_factor)"
            " VALUES ('Canon', '', '', '', '', 'en', 'UTC', false) RETURNING id"
        )
        maker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO manufacturers_apikey (manufacturer_id, label, prefix, hash, created_at)"
            " VALUES (%s, 'Order software', '0123abcd', %s, now())",
            [maker, HASH],
        )
    call_command("migrate", verbosity=0)
    found = key_of(BEFORE)
    assert found is not None and found.role == "order_desk"
    assert found.manufacturer_id == maker and "orders:write" in found.scopes
