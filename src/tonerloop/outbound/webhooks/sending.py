"""Sending one message to an endpoint: by one worker at a time, in order, until it has arrived."""

import time
from datetime import datetime, timedelta
from random import uniform
from threading import BoundedSemaphore

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from procrastinate.types import JSONValue

from tonerloop.common.queueing import queue
from tonerloop.outbound.models import Message
from tonerloop.outbound.webhooks import health
from tonerloop.outbound.webhooks.announcing import SEND, queue_all
from tonerloop.outbound.webhooks.models import Attempt, Delivery, Endpoint
from tonerloop.outbound.webhooks.posting import Answer, post
from tonerloop.outbound.webhooks.secrets import in_force, signatures

# The specification's schedule: at once, then after these many seconds, each up to a tenth later.
WAITS = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
MOST_ATTEMPTS = len(WAITS) + 1
LONGEST_WAIT = 86400  # seconds, whatever a receiver asks for by `Retry-After`
OVERTAKEN_AFTER = 3  # refusals while the endpoint takes other messages
HALF = BoundedSemaphore(max(1, settings.JOBS // 2))  # of this worker's jobs, for all endpoints
BUSY, DOUBLED = 0.2, 6  # seconds until it looks for a place again, doubled so often at most
LEEWAY = timedelta(seconds=1)  # the database's clock decides when a job begins
LOST_AFTER = timedelta(minutes=1)
SWEPT = 500
AGENT = "Tonerloop-Webhooks/1"


def send(delivery_id: int, turn: int = 0) -> None:
    """Try to deliver unless it was delivered, is not due, or has to wait for an earlier one.

    `turn` counts how often there was no place for it.

    The row is locked while the receiver answers, so two workers never send one message. If the
    worker dies between the receiver's yes and the commit, the same bytes go out again under the
    same id, by which the receiver knows them for the same.
    """
    if not HALF.acquire(blocking=False):
        _later(delivery_id, turn)
        return
    try:
        _send(delivery_id, turn)
    finally:
        HALF.release()


def _later(delivery_id: int, turn: int) -> None:
    at = timezone.now() + timedelta(seconds=BUSY * 2 ** min(turn, DOUBLED))
    queue(SEND, {"delivery_id": delivery_id, "turn": turn + 1}, at=at)


@transaction.atomic
def _send(delivery_id: int, turn: int) -> None:
    now = timezone.now()
    due = Delivery.objects.filter(_due(now + LEEWAY), pk=delivery_id)
    free = due.select_for_update(skip_locked=True, of=("self",))
    delivery = free.select_related("message", "endpoint").first()
    if delivery is None:
        return  # done, not due, or in another worker's hand; `sweep` comes back to it
    if delivery.endpoint.off:
        _end(delivery, Message.State.FAILED, str(delivery.endpoint.get_off_display()), now)
    elif _waits(delivery):
        return  # the earlier one wakes it
    elif _take_place(delivery.endpoint):
        _attempt(delivery, now)
    else:
        _later(delivery.pk, turn)


def sweep(now: datetime) -> int:
    """Queue what is due and has no job any more: once a minute, the first of each subject."""
    lost = Delivery.objects.filter(_due(now - LOST_AFTER))
    firsts = lost.order_by("endpoint", "subject_kind", "subject_id", "sequence").distinct(
        "endpoint", "subject_kind", "subject_id"
    )
    found = list(firsts[:SWEPT])
    queue_all(found)
    return len(found)


def _due(now: datetime) -> Q:
    """What is to be tried by now, or to be ended since its endpoint is off."""
    return Q(next_at__lte=now) | Q(next_at__isnull=False) & ~Q(endpoint__off="")


def _waits(delivery: Delivery) -> bool:
    """True while an earlier message about the same thing is still tried.

    Not for ever: one that the endpoint refuses while it takes others is overtaken.
    """
    earlier = _siblings(delivery).filter(sequence__lt=delivery.sequence)
    return earlier.filter(refused__lt=OVERTAKEN_AFTER).exists()


def _siblings(delivery: Delivery) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        endpoint=delivery.endpoint,
        subject_kind=delivery.subject_kind,
        subject_id=delivery.subject_id,
        next_at__isnull=False,
    )


# Two at once, so that a slow endpoint does not hold every job.
_PLACE = """
SELECT CASE WHEN pg_try_advisory_xact_lock(%s, 0) THEN true
            ELSE pg_try_advisory_xact_lock(%s, 1) END
"""


def _take_place(endpoint: Endpoint) -> bool:
    """Take one of the endpoint's places until the transaction ends, if one is free."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACE, [endpoint.pk % 2**31] * 2)
        return bool(cursor.fetchone() == (True,))


def _attempt(delivery: Delivery, now: datetime) -> None:
    began = time.monotonic()
    # What is said here is read by whoever looks; like a mail server's answer it is not translated.
    with translation.override("en"):
        answer = _post(delivery, now)
    Attempt.objects.create(
        delivery=delivery,
        at=now,
        milliseconds=round(1000 * (time.monotonic() - began)),
        status=answer.status,
        said=answer.said[:500],
    )
    delivery.tried_at = now
    delivery.message.attempts += 1
    if answer.ok:
        _end(delivery, Message.State.SENT, "", now)
        health.worked(delivery.endpoint, now)
    else:
        _failed(delivery, answer, now)
        health.failed(delivery.endpoint, now, gone=answer.gone, for_good=delivery.next_at is None)


def _post(delivery: Delivery, now: datetime) -> Answer:
    message_id, body = delivery.message.message_id, delivery.body
    try:
        secrets = in_force(delivery.endpoint, now)
    except InvalidToken:
        return Answer(status=None, said=_("The secret cannot be read any more. Make a new one."))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "Connection": "close",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(secrets, message_id, now, body),
    }
    return post(delivery.endpoint.url, body.encode(), headers)


def _failed(delivery: Delivery, answer: Answer, now: datetime) -> None:
    error = f"{answer.status or ''} {answer.said}".strip()
    made = delivery.message.attempts
    if answer.gone or made >= MOST_ATTEMPTS:
        _end(delivery, Message.State.FAILED, error, now)
        return
    if delivery.endpoint.failing_since is None:
        delivery.refused += 1
    wanted = min(max(WAITS[made - 1], answer.retry_after), LONGEST_WAIT)
    delivery.next_at = now + timedelta(seconds=wanted * uniform(1, 1.1))
    _keep(delivery, Message.State.RETRYING, error, now)
    queue(SEND, {"delivery_id": delivery.pk}, at=delivery.next_at)
    if delivery.refused >= OVERTAKEN_AFTER:
        _wake_next(delivery)


def _end(delivery: Delivery, state: Message.State, error: str, now: datetime) -> None:
    delivery.next_at = None
    _keep(delivery, state, error, now)
    _wake_next(delivery)


def _keep(delivery: Delivery, state: Message.State, error: str, now: datetime) -> None:
    message = delivery.message
    message.state, message.error, message.changed_at = state, error[:300], now
    message.save(update_fields=["state", "error", "changed_at", "attempts"])
    delivery.save(update_fields=["next_at", "tried_at", "refused"])


def _wake_next(delivery: Delivery) -> None:
    """Let the next message about the same thing look again whether it is its turn."""
    later = _siblings(delivery).filter(sequence__gt=delivery.sequence).order_by("sequence")
    jobs: list[dict[str, JSONValue]] = [
        {"delivery_id": pk} for pk in later.values_list("pk", flat=True)[:1]
    ]
    if jobs:
        queue(SEND, *jobs)
