"""The buyer asks for a collection, gets its labels, and cancels while that makes sense."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.common import fetch, tell
from tonerloop.collection.actions.registering import _own_site, own_registration
from tonerloop.collection.models import MOST_ANNOUNCED, CollectionRequest, Label
from tonerloop.collection.numbers import new_identifiers, new_numbers
from tonerloop.collection.states import Status, Way
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused

MOST_BOXES = 20


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be fetched: so many pieces, in so many boxes or one by one, and when it suits."""

    site_id: int
    way: str
    pieces: int
    boxes: int = 1
    day: date | None = None
    note: str = ""


@transaction.atomic
def ask_for_collection(wish: Wish, *, key: UUID, by: Actor) -> CollectionRequest:
    """A new request with its labels; the same `key` again gives the same request.

    Each box, or each single piece, gets a label of its own.
    """
    require(by, Role.BUYER)
    registration = own_registration(by)
    # One customer's requests are made one after the other, so that a key is looked at once.
    registration = (
        type(registration).objects.select_for_update(of=("self",)).get(pk=registration.pk)
    )
    earlier = CollectionRequest.objects.visible_to(by).filter(key=key).first()
    if earlier is not None:
        return earlier
    site = _own_site(wish.site_id, by)
    seller = registration.seller
    _check(wish, today=local_day(timezone.now(), seller.time_zone))
    count = wish.boxes if wish.way == Way.BOX else wish.pieces
    request = CollectionRequest.objects.create(
        number=new_numbers(1)[0],
        key=key,
        seller=seller,
        customer_id=registration.customer_id,
        site=site,
        collector_id=seller.collector_id,
        way=wish.way,
        announced=wish.pieces,
        containers=count,
        wished_day=wish.day,
        note=wish.note.strip(),
        requested_at=timezone.now(),
        requested_by_id=known(by.person_id),
    )
    add_labels(request, count)
    tell(Event.COLLECTION_REQUESTED, request, by=by)
    return request


def add_labels(request: CollectionRequest, count: int) -> list[Label]:
    """New labels for the containers of a request."""
    kind = Label.Kind.BOX if request.way == Way.BOX else Label.Kind.PIECE
    now = timezone.now()
    return Label.objects.bulk_create(
        Label(
            identifier=identifier,
            kind=kind,
            seller_id=request.seller_id,
            customer_id=request.customer_id,
            request=request,
            issued_at=now,
        )
        for identifier in new_identifiers(kind, count)
    )


@transaction.atomic
def cancel_collection(
    number: str, reason: str = "", *, by: Actor, seen_version: int | None = None
) -> CollectionRequest:
    """End a request before it is picked up, by the buyer or the seller."""
    require(by, Role.BUYER, Role.BACK_OFFICE)
    request = fetch(number, by=by, seen_version=seen_version)
    request.move(Status.CANCELLED, side=by.side)
    request.cancelled_at, request.cancel_reason = timezone.now(), reason.strip()
    request.save()
    tell(Event.COLLECTION_CANCELLED, request, by=by, data={"text": request.cancel_reason})
    return request


def _check(wish: Wish, *, today: date) -> None:
    if wish.way not in Way.values:
        raise Refused("way", _("Choose how you hand them over."))
    if not 1 <= wish.pieces <= MOST_ANNOUNCED:
        words = _("Type how many pieces there are, from 1 to %(most)d.")
        raise Refused("pieces", words % {"most": MOST_ANNOUNCED})
    if wish.way == Way.BOX and not 1 <= wish.boxes <= MOST_BOXES:
        words = _("Type how many boxes there are, from 1 to %(most)d.")
        raise Refused("boxes", words % {"most": MOST_BOXES})
    if wish.day is not None and wish.day < today:
        raise Refused("day", _("This day has passed. Choose today or a later day."))
