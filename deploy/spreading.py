"""`python -m deploy.spreading`: what stands between this schema and one spread by `seller_id`.

Citus wants the distribution column in every table that is spread, in every unique constraint of
it, and in every foreign key between two such tables. Tables that all need alike are copied to
every machine (reference tables). Read from the models themselves, so it is never out of date.
"""

import os
from collections.abc import Iterator
from typing import Any

KEY = "seller_id"
# The same everywhere, rarely changed: the catalogue, people and those who are not one seller's.
COPIED_APPS = ("catalogue",)
COPIED = {
    *("parties_seller", "parties_manufacturer", "parties_collector", "parties_recoverycentre"),
    *("parties_person", "parties_membership", "parties_workingtime", "collection_carbonfactor"),
    *("manufacturers_connection", "manufacturers_approvalrule", "manufacturers_listprice"),
    *("points_rule", "points_ruleitem", "points_rulestep", "collection_threshold"),
    "collection_thresholdreached",
}
# Of no seller: found by a key or a person, kept on one machine or spread by that.
APART = {
    *("manufacturers_apikey", "manufacturers_inboundmessage", "outbound_endpoint"),
    *("outbound_secret", "outbound_device", "programs_call", "programs_keptanswer"),
    *("programs_used", "salesperson_keptanswer", "collection_stray", "collection_straypiece"),
    *("orders_numberkey", "collection_numberkey", "fleet_numberkey"),
}


def tables() -> Iterator[Any]:
    """The models of the trade that would be spread."""
    import django

    django.setup()
    from django.apps import apps

    for model in sorted(apps.get_models(), key=lambda m: m._meta.db_table):
        ours, name = model.__module__.startswith("tonerloop."), model._meta.db_table
        if ours and model._meta.app_label not in COPIED_APPS and name not in COPIED | APART:
            yield model


def lacking() -> list[str]:
    """Tables that are spread with their parents and do not carry the seller themselves."""
    return [m._meta.db_table for m in tables() if KEY not in _columns(m)]


def unique() -> list[str]:
    """Unique columns and constraints without the seller: unique only on each machine then."""
    return [
        f"{model._meta.db_table} ({', '.join(names)})"
        for model in tables()
        for names in _unique_of(model)
        if "seller" not in names
    ]


def foreign() -> list[str]:
    """Foreign keys between two spread tables: each would have to hold the seller, too."""
    spread = {model._meta.db_table for model in tables()}
    return [
        f"{model._meta.db_table}.{field.column} → {field.related_model._meta.db_table}"
        for model in tables()
        for field in model._meta.local_fields
        if field.is_relation and field.related_model._meta.db_table in spread
    ]


def _columns(model: Any) -> set[str]:
    return {field.column for field in model._meta.local_fields}


def _unique_of(model: Any) -> Iterator[tuple[str, ...]]:
    from django.db.models import UniqueConstraint

    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            yield (field.name,)
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield tuple(constraint.fields)


def main() -> None:
    """Print the three lists."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tonerloop.config.settings")
    titled = {
        f"Spread tables without {KEY}": lacking(),
        f"Unique without {KEY}": unique(),
        f"Foreign keys to be widened by {KEY}": foreign(),
    }
    for title, rows in titled.items():
        print(f"{title}: {len(rows)}", *(f"  {row}" for row in rows), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
