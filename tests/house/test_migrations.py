"""Migrations that would make a running product wait are found before anybody waits."""

from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Q

from tools.migrations import KNOWN, check, complaints, ours

THING = [("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField(null=True))]
POSITIVE = models.CheckConstraint(condition=Q(size__gt=0), name="thing_positive")


def told(*operations: Any, **facts: Any) -> list[str]:
    """The complaints about a migration with these operations on a table that is in use."""
    state = ProjectState({("orders", "thing"): ModelState("orders", "Thing", THING)})
    migration = type("Migration", (migrations.Migration,), {"operations": operations, **facts})
    return complaints(migration("0099_made_up", "orders"), state)


BAD = {
    "an index without CONCURRENTLY": [
        migrations.AddIndex("thing", models.Index(fields=["size"], name="thing_size")),
        migrations.RunSQL("CREATE INDEX thing_size ON orders_thing (size)"),
        migrations.AlterField("thing", "size", models.IntegerField(null=True, db_index=True)),
    ],
    "a constraint without NOT VALID": [
        migrations.AddConstraint("thing", POSITIVE),
        migrations.RunSQL("ALTER TABLE orders_thing ADD CONSTRAINT x CHECK (size > 0)"),
    ],
    "NOT NULL without a default of the database": [
        migrations.AddField("thing", "colour", models.IntegerField(default=1)),
    ],
    "NOT NULL without a default": [
        migrations.RunSQL("ALTER TABLE orders_thing ADD COLUMN colour int NOT NULL"),
    ],
    "NOT NULL without a validated check": [
        migrations.AlterField("thing", "size", models.IntegerField()),
        migrations.RunSQL("ALTER TABLE orders_thing ALTER COLUMN size SET NOT NULL"),
    ],
    "another type of a column": [
        migrations.AlterField("thing", "size", models.BigIntegerField(null=True)),
        migrations.RunSQL("ALTER TABLE orders_thing ALTER COLUMN size TYPE bigint"),
    ],
    "a rename": [
        migrations.RenameField("thing", "size", "extent"),
        migrations.RunSQL("ALTER TABLE orders_thing RENAME COLUMN size TO extent"),
    ],
    "a drop": [
        migrations.RemoveField("thing", "size"),
        migrations.DeleteModel("Thing"),
        migrations.RunSQL("ALTER TABLE orders_thing DROP COLUMN size"),
    ],
    "a lock_timeout of its own": [migrations.RunSQL("SET lock_timeout = 0")],
}
CASES = [(words, operation) for words, found in BAD.items() for operation in found]


@pytest.mark.parametrize(("words", "operation"), CASES)
def test_what_waits_is_told(words: str, operation: Any) -> None:
    assert told(operation) == [words]


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("thing", "colour", models.IntegerField(null=True)),
        migrations.AddField("thing", "colour", models.IntegerField(db_default=1)),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY thing_size ON orders_thing (size)"),
        migrations.RunSQL("ALTER TABLE t ADD CONSTRAINT x CHECK (size > 0) NOT VALID"),
        migrations.RunSQL("ALTER TABLE t ADD CONSTRAINT x UNIQUE USING INDEX thing_size"),
        AddConstraintNotValid("thing", POSITIVE),
    ],
)
def test_what_does_not_wait_is_not(operation: Any) -> None:
    assert told(operation) == []


def test_a_new_table_may_have_everything_at_once() -> None:
    make = migrations.CreateModel("Other", THING)
    index = migrations.AddIndex("other", models.Index(fields=["size"], name="other_size"))
    assert told(make, index) == []


def test_validating_in_the_same_transaction_is_no_better() -> None:
    check = ValidateConstraint("thing", "thing_positive")
    both = told(AddConstraintNotValid("thing", POSITIVE), check)
    assert both == ["VALIDATE in the same transaction as NOT VALID"]


def test_a_drop_is_well_where_nothing_uses_it_any_more() -> None:
    assert told(migrations.RemoveField("thing", "size"), unused_since="0.3") == []


def test_ours_make_nobody_wait() -> None:
    assert check() == []


def test_what_is_known_is_there() -> None:
    assert set(KNOWN.read_text().split()) <= set(ours())
