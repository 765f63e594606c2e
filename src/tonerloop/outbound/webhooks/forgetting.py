"""What is told apart from what is kept: old messages stay listed, without what they said."""

from datetime import datetime, timedelta

from tonerloop.outbound.webhooks.models import Delivery

KEPT = timedelta(days=90)  # longer than anybody's system is away


def forget(now: datetime) -> int:
    """Empty the bodies of messages that were settled long ago; how many.

    That they were sent, when, and what was answered stays: a timeline cannot be edited.
    """
    settled = Delivery.objects.filter(next_at=None, message__changed_at__lt=now - KEPT)
    return settled.exclude(body="").update(body="")
