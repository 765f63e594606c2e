"""The same request twice is one: its answer is kept beside its effect, in one transaction."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from tonerloop.common.refusal import Refused
from tonerloop.programs.models import KeptAnswer

HEADER = "Idempotency-Key"
FORM = r"^[\x21-\x7e]{1,100}$"
KEPT = timedelta(days=7)  # longer than any program tries again


class AnotherRequest(Exception):
    """The key was used for something else already; nothing was done."""


class NoRequestKey(Refused):
    """A request that makes something needs a key of its own."""


@transaction.atomic
def once(owner: str, key: str, asked: bytes, do: Callable[[], KeptAnswer]) -> KeptAnswer:
    """Do it and keep the answer, or give the one that is kept; raises keep nothing.

    Two at the same moment: the second waits for the first one's end, then gets its answer, or
    is the first itself where that one was refused.
    """
    if not re.match(FORM, key):
        words = _("Send 1 to 100 letters, digits or signs of your own, new for each wish.")
        raise NoRequestKey(HEADER, words)
    digest = hashlib.sha256(asked).hexdigest()
    place = _taken(owner, key, digest)
    if place is None:
        kept = KeptAnswer.objects.get(owner=owner, key=key)
        if kept.digest != digest:
            raise AnotherRequest
        return kept
    done = do()
    facts: list[Any] = [done.status, Jsonb(done.body), done.location, place]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, facts)
    return done


# What is kept and committed has an answer: without one its transaction would have been undone.
_TAKE = """
INSERT INTO programs_keptanswer (owner, key, digest, at, status, location)
VALUES (%s, %s, %s, %s, 0, '') ON CONFLICT (owner, key) DO NOTHING RETURNING id
"""
_KEEP = "UPDATE programs_keptanswer SET status = %s, body = %s, location = %s WHERE id = %s"


def _taken(owner: str, key: str, digest: str) -> int | None:
    """The new place for this key's answer; None where the key has one already."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [owner, key, digest, timezone.now()])
        row = cursor.fetchone()
    return row[0] if row else None


def forget(now: datetime) -> None:
    """Remove answers that nobody asks for any more."""
    KeptAnswer.objects.filter(at__lt=now - KEPT).delete()
