"""What a party does with its webhooks: subscribe, change, rotate the secret, send again."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import SIDES, Actor, NotAllowed, Role, Side, known, require
from tonerloop.journal.events import Event
from tonerloop.journal.record import record
from tonerloop.orders.errors import Refused
from tonerloop.outbound.models import Message
from tonerloop.outbound.webhooks.addresses import Unreachable, checked_url, resolve
from tonerloop.outbound.webhooks.announcing import queue_all
from tonerloop.outbound.webhooks.forgetting import KEPT
from tonerloop.outbound.webhooks.health import subject_of
from tonerloop.outbound.webhooks.models import PARTIES, Delivery, Endpoint, Secret
from tonerloop.outbound.webhooks.secrets import new_secret, seal
from tonerloop.outbound.webhooks.types import types_for

KEEPERS = (Role.BUYER, Role.BACK_OFFICE, Role.ORDER_DESK, Role.DISPATCHER)
MOST = 20  # endpoints of one party
BOTH_SIGN = timedelta(hours=24)  # after a rotation
AT_ONCE = 1000  # messages sent again by one press
SETTLED = (Message.State.SENT, Message.State.FAILED)


def endpoints_of(by: Actor) -> QuerySet[Endpoint]:
    """The party's own endpoints; NotAllowed for who does not keep them.

    A buyer keeps them who sees all sites, since messages tell of all.
    """
    require(by, *KEEPERS)
    if by.role == Role.BUYER and by.site_ids is not None:
        raise NotAllowed(by.role)
    return Endpoint.objects.filter(removed_at=None, **_party(by))


def _party(by: Actor) -> dict[str, Any]:
    field = f"{PARTIES[SIDES[by.role]]}_id"
    return {field: known(getattr(by, field)), "side": by.side}


def subscribe(
    url: str, description: str, events: Collection[str], *, by: Actor
) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which is known only now."""
    endpoints_of(by)  # who may not keep any has no name looked up
    _look_up(url)
    return _subscribe(url, description, events, by=by)


@transaction.atomic
def _subscribe(
    url: str, description: str, events: Collection[str], *, by: Actor
) -> tuple[Endpoint, str]:
    if endpoints_of(by).count() >= MOST:
        raise Refused("url", _("Remove an address that is not used any more first."))
    now = timezone.now()
    endpoint = Endpoint(
        key=secrets.token_hex(4),
        created_at=now,
        created_by_id=by.person_id,
        subscribed_at=now,
        **_party(by),
    )
    _set(endpoint, url, description, events)
    endpoint.save()
    secret = _new_secret(endpoint, now)
    _note(endpoint, by, "added")
    return endpoint, secret


def change(key: str, url: str, description: str, events: Collection[str], *, by: Actor) -> Endpoint:
    """Another address, name or list of events, for what happens from now on."""
    endpoints_of(by).get(key=key)  # a stranger has no name looked up
    _look_up(url)
    return _change(key, url, description, events, by=by)


@transaction.atomic
def _change(
    key: str, url: str, description: str, events: Collection[str], *, by: Actor
) -> Endpoint:
    endpoint = _locked(key, by)
    if set(events) != set(endpoint.events):
        endpoint.subscribed_at = timezone.now()
    _set(endpoint, url, description, events)
    endpoint.save()
    _note(endpoint, by, "changed")
    return endpoint


@transaction.atomic
def rotate(key: str, *, by: Actor) -> tuple[Endpoint, str]:
    """A new secret, known only now; for a day both sign, so that the receiver can change over."""
    endpoint, now = _locked(key, by), timezone.now()
    endpoint.secrets.filter(ends_at=None).update(ends_at=now + BOTH_SIGN)
    secret = _new_secret(endpoint, now)
    _note(endpoint, by, "rotated")
    return endpoint, secret


@transaction.atomic
def switch(key: str, *, on: bool, by: Actor) -> Endpoint:
    """Switch it off, or on again; what happens meanwhile is kept as failed and can be sent."""
    endpoint = _locked(key, by)
    off = "" if on else Endpoint.Off.OWNER
    if bool(endpoint.off) == on:
        endpoint.off, endpoint.failing_since, endpoint.told_at = off, None, None
        endpoint.save(update_fields=["off", "failing_since", "told_at"])
        _note(endpoint, by, "on" if on else "off")
    return endpoint


@transaction.atomic
def remove(key: str, *, by: Actor) -> Endpoint:
    """Nothing is sent there any more, and it is listed no longer; what was sent stays told."""
    endpoint = _locked(key, by)
    endpoint.off, endpoint.removed_at = Endpoint.Off.OWNER, timezone.now()
    endpoint.save(update_fields=["off", "removed_at"])
    _note(endpoint, by, "removed")
    return endpoint


@transaction.atomic
def send_test(key: str, *, by: Actor) -> Endpoint:
    """A message that tells of nothing, so that the owner sees whether it arrives."""
    endpoint = _locked(key, by)
    _check_on(endpoint)
    record(Event.WEBHOOK_TESTED, subject_of(endpoint), by=by, audience=[Side(by.side)])
    return endpoint


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """What was sent to an endpoint, newest first."""
    return endpoint.deliveries.select_related("message").order_by("-pk")


@transaction.atomic
def send_again(key: str, message_id: str, *, by: Actor) -> Delivery:
    """Send one message again, the same bytes under the same id; DoesNotExist if not theirs."""
    endpoint = _locked(key, by)
    delivery = deliveries_of(endpoint).get(message__message_id=message_id)
    _check_on(endpoint)
    if not delivery.body:
        words = _("What it said was kept for %(days)d days. Fetch the thing itself by the API.")
        raise Refused("body", words % {"days": KEPT.days})
    if delivery.message.state in SETTLED:
        _again([delivery], timezone.now())
    return delivery


@transaction.atomic
def send_failed_again(key: str, since: datetime, *, by: Actor) -> int:
    """Send all again that have failed since then, in their order; how many."""
    endpoint = _locked(key, by)
    _check_on(endpoint)
    failed = (
        deliveries_of(endpoint)
        .filter(message__state=Message.State.FAILED, message__created_at__gte=since)
        .exclude(body="")
    )
    found = list(failed.order_by("pk")[:AT_ONCE])
    _again(found, timezone.now())
    return len(found)


def _again(deliveries: list[Delivery], now: datetime) -> None:
    for delivery in deliveries:
        delivery.next_at, delivery.refused = now, 0
    Delivery.objects.bulk_update(deliveries, ["next_at", "refused"])
    Message.objects.filter(pk__in=[each.message_id for each in deliveries]).update(
        state=Message.State.QUEUED, error="", attempts=0, changed_at=now
    )
    queue_all(deliveries)


def _locked(key: str, by: Actor) -> Endpoint:
    return endpoints_of(by).select_for_update(of=("self",), no_key=True).get(key=key)


def _check_on(endpoint: Endpoint) -> None:
    if endpoint.off:
        raise Refused("off", _("Switch it on first."))


def _set(endpoint: Endpoint, url: str, description: str, events: Collection[str]) -> None:
    if not description.strip():
        raise Refused("description", _("Name the system that listens there."))
    wanted = [name for name in types_for(endpoint.side) if name in events]
    if not wanted or len(wanted) < len(set(events)):
        raise Refused("events", _("Choose what it is told of."))
    endpoint.url, endpoint.description, endpoint.events = url.strip(), description.strip(), wanted


def _look_up(url: str) -> None:
    """Before anything is locked: a name server may take its time."""
    try:
        resolve(checked_url(url.strip()))
    except Unreachable as error:
        raise Refused("url", str(error)) from error


def _new_secret(endpoint: Endpoint, now: datetime) -> str:
    secret = new_secret()
    Secret.objects.create(endpoint=endpoint, sealed=seal(secret), made_at=now)
    return secret


def _note(endpoint: Endpoint, by: Actor, action: str) -> None:
    data = {"action": action}
    subject = subject_of(endpoint)
    record(Event.WEBHOOK_CHANGED, subject, by=by, data=data, audience=[Side(endpoint.side)])
