"""A manufacturer's choice of channel, and what follows from it for requests in flight."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.journal.record import Subject, record
from tonerloop.manufacturers.channels import channel_of, pushes
from tonerloop.manufacturers.models import Connection
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import ApprovalRequest
from tonerloop.outbound.webhooks.announcing import tell_of_request
from tonerloop.outbound.webhooks.models import Endpoint
from tonerloop.outbound.webhooks.types import REQUESTED, WITHDRAWN
from tonerloop.parties.models import Manufacturer
from tonerloop.programs.keys import in_use
from tonerloop.programs.models import ApiKey

Channel = Connection.Channel
ASKED_BY = (Event.ORDER_PRICE_CONFIRMED, Event.ORDER_REPLIED)


@transaction.atomic
def choose_channel(channel: str, *, by: Actor) -> Connection:
    """How requests reach the manufacturer from now on; those in flight follow.

    Refused where nothing would listen: to fetch takes a key, to be sent takes a webhook.
    """
    require(by, Role.ORDER_DESK)
    maker_id = known(by.manufacturer_id)
    Manufacturer.objects.select_for_update(no_key=True).get(pk=maker_id)
    _check(channel, maker_id)
    before, now = channel_of(maker_id), timezone.now()
    facts = {"channel": channel, "changed_at": now, "changed_by_id": by.person_id}
    kept, _made = Connection.objects.update_or_create(manufacturer_id=maker_id, defaults=facts)
    if channel != before:
        subject = Subject(kind="channel", id=kept.pk, manufacturer_id=maker_id)
        data = {"from": before, "to": channel}
        record(Event.CHANNEL_CHANGED, subject, by=by, data=data, audience=[Side.MANUFACTURER])
    return kept


def _check(channel: str, maker_id: int) -> None:
    if channel not in Channel.values:
        raise Refused("channel", _("Choose how requests reach you."))
    if channel == Channel.PULL and not _has_key(maker_id):
        raise Refused("channel", _("Make a key for your program first, on the page “Programs”."))
    if channel == Channel.PUSH and not listening(maker_id).exists():
        words = _("Add a webhook first that is told of approval requests and their withdrawal.")
        raise Refused("channel", words)


def _has_key(maker_id: int) -> bool:
    return ApiKey.objects.filter(in_use(timezone.now()), manufacturer_id=maker_id).exists()


def listening(maker_id: int) -> QuerySet[Endpoint]:
    """The manufacturer's endpoints that take requests and withdrawals."""
    own = Endpoint.objects.filter(manufacturer_id=maker_id, removed_at=None, off="")
    return own.filter(events__contains=[REQUESTED, WITHDRAWN])


@transaction.atomic
def push_open_requests(entry: Entry, now: datetime) -> None:
    """Send what lies at the desk to a system that was chosen or added just now.

    What it was told of before is not told again: a message is one per entry and endpoint.
    """
    maker_id = entry.manufacturer_id
    if maker_id is None or not pushes(maker_id):
        return
    asked = ApprovalRequest.objects.filter(order__manufacturer_id=maker_id, closed_at=None)
    endpoints = listening(maker_id).select_for_update(no_key=True, of=("self",)).order_by("pk")
    for endpoint in endpoints:
        for order_id in asked.order_by("pk").values_list("order_id", flat=True):
            tell_of_request(_entry_of(order_id), endpoint, now)


def _entry_of(order_id: int) -> Entry:
    about = Entry.objects.filter(subject_kind="order", subject_id=order_id, event__in=ASKED_BY)
    return about.filter(audience__contains=[Side.MANUFACTURER]).latest("pk")
