"""The demo's tables: JSON files beside this module."""

import json
from importlib import resources
from typing import Any


def table_of(name: str) -> Any:
    """One of the tables, by its file's name without the ending."""
    return json.loads(resources.files(__package__).joinpath(f"{name}.json").read_text("utf-8"))
