"""The address for whoever LISTENs: a session of one's own, without a pooler between."""

from typing import Any

from django.conf import settings
from procrastinate.contrib.django import connector_params


def listening_parameters() -> dict[str, Any]:
    """What psycopg's `connect` takes."""
    return dict(settings.DIRECT_DATABASE) or connector_params()
