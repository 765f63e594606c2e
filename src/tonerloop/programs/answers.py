"""The same request twice is one: its answer is kept beside its effect, in one transaction."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

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
    digest, mine = hashlib.sha256(asked).hexdigest(), {"owner": owner, "key": key}
    place = KeptAnswer(**mine, digest=digest, at=timezone.now())
    KeptAnswer.objects.bulk_create([place], ignore_conflicts=True)
    kept = KeptAnswer.objects.get(**mine)
    if kept.digest != digest:
        raise AnotherRequest
    if kept.status:
        return kept
    done = do()
    facts: dict[str, Any] = {"status": done.status, "body": done.body, "location": done.location}
    KeptAnswer.objects.filter(pk=kept.pk).update(**facts)
    return done


def forget(now: datetime) -> None:
    """Remove answers that nobody asks for any more."""
    KeptAnswer.objects.filter(at__lt=now - KEPT).delete()
