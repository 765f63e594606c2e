"""Objects of which plain SQL read only some columns."""

from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

M = TypeVar("M", bound=Model)


def partly(model: type[M], **facts: Any) -> M:
    """An object with these columns; any other is no default but looked up by whoever asks for it.

    Raises AttributeError for what is no column of the model.
    """
    names = [f.attname for f in model._meta.concrete_fields if f.attname in facts]
    if unknown := facts.keys() - set(names):
        raise AttributeError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    return model.from_db(DEFAULT_DB_ALIAS, names, [facts[name] for name in names])
