"""How an endpoint fares: when it works again, when its owner is told, when it is switched off."""

from datetime import datetime, timedelta

from django.db.models import Q

from tonerloop.common.actor import Actor, Role, Side
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.outbound.webhooks.announcing import queue_all
from tonerloop.outbound.webhooks.models import PARTIES, Delivery, Endpoint

TOLD_AFTER = timedelta(hours=24)
OFF_AFTER = timedelta(days=5)
AWAY = timedelta(minutes=10)  # shorter trouble does not call everything back at once
KNOWN = timedelta(minutes=1)  # as exactly as that we know when it worked last
CALLED_BACK = 1000  # messages at one time
SENDER = Actor(role=Role.RULE, rule="webhooks")


def worked(endpoint: Endpoint, now: datetime) -> None:
    """The endpoint took a message; after a longer absence what waits for it is tried at once."""
    since = endpoint.failing_since
    # Not with every message: whoever writes the row holds up all that is announced to it.
    news = Q(last_ok_at=None) | Q(last_ok_at__lt=now - KNOWN) | Q(failing_since__isnull=False)
    own = Endpoint.objects.filter(news, pk=endpoint.pk)
    own.update(last_ok_at=now, failing_since=None, told_at=None)
    if since is not None and now - since > AWAY:
        _call_back(endpoint, now)


def _call_back(endpoint: Endpoint, now: datetime) -> None:
    waiting = Delivery.objects.filter(endpoint=endpoint, next_at__gt=now).order_by("pk")
    free = list(waiting.select_for_update(skip_locked=True, of=("self",))[:CALLED_BACK])
    Delivery.objects.filter(pk__in=[each.pk for each in free]).update(next_at=now)
    queue_all(free)


def failed(endpoint: Endpoint, now: datetime, *, gone: bool, for_good: bool) -> None:
    """The endpoint did not take a message: note since when, tell its owner, switch it off."""
    own = Endpoint.objects.filter(pk=endpoint.pk)
    own.filter(failing_since=None).update(failing_since=now)
    since = endpoint.failing_since or now
    if gone or now - since >= OFF_AFTER:
        why = Endpoint.Off.GONE if gone else Endpoint.Off.FAILING
        if own.filter(off="").update(off=why):
            _tell(Event.WEBHOOK_DISABLED, endpoint, {"why": why})
    elif for_good or now - since >= TOLD_AFTER:
        _tell_once(endpoint, since, now)


def _tell_once(endpoint: Endpoint, since: datetime, now: datetime) -> None:
    """Until it works again, however many messages fail."""
    untold = Endpoint.objects.filter(pk=endpoint.pk, told_at=None, off="")
    if untold.update(told_at=now):
        _tell(Event.WEBHOOK_FAILING, endpoint, {"since": since.isoformat()})


def _tell(event: Event, endpoint: Endpoint, data: dict[str, str]) -> None:
    record(event, subject_of(endpoint), by=SENDER, data=data, audience=[Side(endpoint.side)])


def subject_of(endpoint: Endpoint) -> Subject:
    """The endpoint as the journal knows it: its party's and nobody else's."""
    party = {f"{kind}_id": getattr(endpoint, f"{kind}_id") for kind in PARTIES.values()}
    return Subject(kind="endpoint", id=endpoint.pk, **party)
