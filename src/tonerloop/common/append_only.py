"""Tables that nobody edits: by trigger for everybody, by privilege for the application."""

from django.apps import apps


def tables() -> list[str]:
    """Names of the tables whose model says `append_only = True`."""
    return sorted(m._meta.db_table for m in apps.get_models() if getattr(m, "append_only", False))


def trigger_sql(table: str) -> str:
    """SQL that makes the database refuse UPDATE, DELETE and TRUNCATE on a table to anybody."""
    return f"""
        CREATE OR REPLACE FUNCTION tonerloop_append_only() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION tonerloop_append_only();
    """


def drop_sql(table: str) -> str:
    """SQL that takes the refusal away again (for the way back of a migration)."""
    return f"DROP TRIGGER {table}_append_only ON {table};"
