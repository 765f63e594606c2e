"""Which migrations would make a running product wait: `python -m tools.migrations`.

Looks at the operations of each migration that is not in `migrations_known.txt` (those ran before
anybody depended on the tables). How to change a table without these: docs/howto/a-migration.md.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KNOWN = Path(__file__).with_name("migrations_known.txt")
IN_SQL = {
    r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)": "an index without CONCURRENTLY",
    r"ADD\s+CONSTRAINT\b(?!.*NOT\s+VALID)(?!.*USING\s+INDEX)": "a constraint without NOT VALID",
    r"ALTER\s+(COLUMN\s+)?\S+\s+(SET\s+DATA\s+)?TYPE\b": "another type of a column",
    r"\bSET\s+NOT\s+NULL\b": "NOT NULL without a validated check",
    r"\bADD\s+COLUMN\b(?!.*\bDEFAULT\b).*\bNOT\s+NULL\b": "NOT NULL without a default",
    r"\bDROP\s+(COLUMN|TABLE)\b": "a drop",
    r"\bRENAME\b": "a rename",
    r"\block_timeout\b": "a lock_timeout of its own",
}


def complaints(migration: Any, state: Any = None) -> list[str]:
    """What is wrong with one migration; `state` is the project's before it.

    A migration that only removes what no running version uses says so itself, by
    `unused_since = "<version>"`: then drops are not complained about.
    """
    made: set[str] = set()
    found: list[str] = []
    for operation in migration.operations:
        kind = type(operation).__name__
        if kind == "CreateModel":
            made.add(operation.name.lower())
        if _model_of(operation) not in made:
            found += _of(operation, kind, migration, state)
        if state is not None:
            operation.state_forwards(migration.app_label, state)
    names = [type(each).__name__ for each in migration.operations]
    if "AddConstraintNotValid" in names and "ValidateConstraint" in names:
        found.append("VALIDATE in the same transaction as NOT VALID")
    return found


def _model_of(operation: Any) -> str:
    return str(getattr(operation, "model_name", "") or "").lower()


def _of(operation: Any, kind: str, migration: Any, state: Any) -> Iterator[str]:
    contracting = getattr(migration, "unused_since", None)
    match kind:
        case "AddIndex":
            yield "an index without CONCURRENTLY"
        case "AddConstraint":
            yield "a constraint without NOT VALID"
        case "AddField":
            yield from _added(operation.field)
        case "AlterField" if state is not None:
            old = state.models[migration.app_label, operation.model_name_lower]
            yield from _altered(old.fields[operation.name], operation.field)
        case "RenameField" | "RenameModel" | "AlterModelTable":
            yield "a rename"
        case "RemoveField" | "DeleteModel" if not contracting:
            yield "a drop"
        case "RunSQL":
            yield from _in_sql(operation.sql, contracting)
        case "SeparateDatabaseAndState":
            for inner in operation.database_operations:
                yield from _of(inner, type(inner).__name__, migration, None)


def _added(field: Any) -> Iterator[str]:
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default():
        yield "NOT NULL without a default of the database"
    if field.unique or field.db_index:
        yield "an index without CONCURRENTLY"
    if field.remote_field and getattr(field, "db_constraint", False):
        yield "a constraint without NOT VALID"


def _altered(old: Any, new: Any) -> Iterator[str]:
    if _type(old) != _type(new):
        yield "another type of a column"
    if old.null and not new.null:
        yield "NOT NULL without a validated check"
    if (new.unique or new.db_index) and not (old.unique or old.db_index):
        yield "an index without CONCURRENTLY"


def _type(field: Any) -> tuple[Any, ...]:
    """What PostgreSQL stores; a longer varchar is no other type, a shorter one is."""
    limits = field.max_length, getattr(field, "max_digits", None), field.remote_field is not None
    return field.get_internal_type(), *limits


def _in_sql(sql: Any, contracting: Any) -> Iterator[str]:
    texts = [sql] if isinstance(sql, str) else [s if isinstance(s, str) else s[0] for s in sql]
    made = set(re.findall(r"CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(\w+)", ";".join(texts)))
    for statement in ";".join(texts).split(";"):
        if made & set(re.findall(r"\bON\s+(\w+)", statement)):
            continue  # of a table that nobody uses yet
        for pattern, complaint in IN_SQL.items():
            allowed = complaint == "a drop" and contracting
            if not allowed and re.search(pattern, statement, re.IGNORECASE | re.DOTALL):
                yield complaint


def ours() -> dict[str, Any]:
    """All migrations of this project's own apps, by `app.name`, with the loader's graph."""
    from django.apps import apps
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    own = {app.label for app in apps.get_app_configs() if app.name.startswith("tonerloop.")}
    return {
        f"{label}.{name}": (migration, loader)
        for (label, name), migration in sorted(loader.disk_migrations.items())
        if label in own
    }


def check() -> list[str]:
    """One line for each complaint about a migration that is not known."""
    known = set(KNOWN.read_text().split())
    lines = []
    for name, (migration, loader) in ours().items():
        if name not in known:
            key = migration.app_label, migration.name
            state = loader.project_state(key, at_end=False)
            lines += [f"{name}: {complaint}" for complaint in complaints(migration, state)]
    return lines


def main() -> None:
    """Print complaints and end with 1 if there are any; `known` writes the list of known ones."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    import django

    django.setup()
    if sys.argv[1:] == ["known"]:
        KNOWN.write_text("\n".join(ours()) + "\n")
        return
    if lines := check():
        sys.exit("\n".join([*lines, "How to do it without: docs/howto/a-migration.md"]))


if __name__ == "__main__":
    main()
