"""What the application may not do in its own database, whoever makes it try."""

import psycopg
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from tests.postgres import TestServer
from tonerloop.common import append_only
from tonerloop.config.database import APP_ROLE, OWNER_ROLE

pytestmark = pytest.mark.django_db


def test_the_tests_run_as_the_application(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (APP_ROLE,)


def test_the_journal_is_among_the_append_only() -> None:
    assert "journal_entry" in append_only.tables()


@pytest.mark.parametrize("table", append_only.tables())
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_by_privilege(table: str, deed: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(deed.format(table))


@pytest.mark.parametrize("table", append_only.tables())
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_by_trigger_even_for_the_owner(
    committed_db: TestServer, table: str, deed: str
) -> None:
    url = committed_db.url(str(connection.settings_dict["NAME"]), OWNER_ROLE)
    with psycopg.connect(url) as owner, pytest.raises(psycopg.Error, match="append-only"):
        owner.execute(deed.format(table))


def test_the_application_reaches_every_table(db: None) -> None:
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.managed:
                cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')  # noqa: S608


@pytest.mark.parametrize(
    "deed",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "DROP TABLE orders_order",
        "ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tonerloop_wall ON orders_order",
        "SELECT rolpassword FROM pg_authid",
        "SET ROLE tonerloop_owner",
        "COPY orders_order TO '/tmp/orders'",
    ],
)
def test_it_may_make_and_drop_nothing(committed_db: TestServer, deed: str) -> None:
    url = committed_db.url(str(connection.settings_dict["NAME"]))
    with psycopg.connect(url, autocommit=True) as app, pytest.raises(psycopg.Error) as refused:
        app.execute(deed)
    assert refused.value.sqlstate == "42501"


def test_its_role_has_no_special_right(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5


def test_it_writes_to_no_other_schema(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE')"
            " AND nspname NOT LIKE 'pg_temp%%'"
        )
        assert cursor.fetchall() == []
