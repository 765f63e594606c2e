"""The recovery centre: a container is received once, a piece counted once, differences shown."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.collection.actions.common import fetch, tell
from tonerloop.collection.actions.rewarding import reward
from tonerloop.collection.models import CollectionRequest, Count, Label, Piece
from tonerloop.collection.numbers import new_identifiers, new_numbers, scanned
from tonerloop.collection.states import Condition, Status, Way
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused


@dataclass(frozen=True, kw_only=True)
class What:
    """What a clerk sees a piece to be: a model of the catalogue or, unknown, its name."""

    consumable_id: int | None
    unknown_model: str = ""
    condition: str = Condition.REUSABLE


class NoSender(Refused):
    """It belongs to nobody we know; it can be received without a sender."""


@transaction.atomic
def receive(text: str, *, by: Actor, why: str = "") -> tuple[CollectionRequest, Label]:
    """A container has arrived: its request is received here, once; the container is at hand.

    A label of a registered customer without a request gets one, announced as nothing. NoSender
    for what is no label of ours, Refused for one whose request is counted already.
    """
    require(by, Role.CLERK)
    label = _label(text)
    request = _request_of(label, by)
    if request.status in (Status.COUNTED, Status.CANCELLED):
        words = _("Its request is closed already: %(status)s. Put it aside and ask the office.")
        raise Refused("scan", words % {"status": request.get_status_display()})
    now = timezone.now()
    if request.status != Status.RECEIVED:
        request.move(Status.RECEIVED, side=by.side)
        request.centre_id, request.received_at = known(by.centre_id), now
        request.save()
        tell(Event.COLLECTION_RECEIVED, request, by=by, data={"text": why} if why else None)
    Label.objects.filter(pk=label.pk, received_at=None).update(received_at=now)
    return request, label


def _label(text: str) -> Label:
    identifier = scanned(text)
    if identifier is None:
        raise NoSender("scan", _("This is no label of ours, or mistyped. Scan it again."))
    found = Label.objects.filter(identifier=identifier).first()
    if found is None or found.customer_id is None:
        raise NoSender("scan", _("No customer has this label."))
    if found.request_id is None:  # two at once would each make a request for it
        return Label.objects.select_for_update(of=("self",)).get(pk=found.pk)
    return (
        found  # its request is locked first, as by the driver's report, which has labels come along
    )


def _request_of(label: Label, by: Actor) -> CollectionRequest:
    own = CollectionRequest.objects.locked_for(by).select_related("seller", "customer", "site")
    if label.request_id is None:
        return _unannounced(label, by)
    found = own.filter(pk=label.request_id).first()
    if found is None:
        raise Refused("scan", _("This one belongs to another centre. Put it aside for it."))
    return found


def _unannounced(label: Label, by: Actor) -> CollectionRequest:
    customer = label.customer
    registration = customer.registrations.filter(ended_at=None).first() if customer else None
    if customer is None or registration is None:
        raise NoSender("scan", _("No customer has this label."))
    if registration.seller.collector_id != by.collector_id:
        raise Refused("scan", _("This one belongs to another centre. Put it aside for it."))
    request = CollectionRequest.objects.create(
        number=new_numbers(1)[0],
        key=uuid4(),
        seller_id=customer.seller_id,
        customer=customer,
        site_id=registration.site_id,
        collector_id=by.collector_id,
        way=Way.BOX if label.kind == Label.Kind.BOX else Way.PIECES,
        announced=0,
        requested_at=timezone.now(),
    )
    label.request = request
    label.save(update_fields=["request"])
    return request


@transaction.atomic
def new_piece_label(number: str, *, by: Actor) -> Label:
    """An identifier for a piece that came without one; printed at the station, then scanned."""
    require(by, Role.CLERK)
    request = fetch(number, by=by)
    return Label.objects.create(
        identifier=new_identifiers(Label.Kind.PIECE, 1)[0],
        kind=Label.Kind.PIECE,
        seller_id=request.seller_id,
        customer_id=request.customer_id,
        centre_id=known(by.centre_id),
        request=request,
        issued_at=timezone.now(),
    )


def piece_label(text: str, request: CollectionRequest) -> Label:
    """The label of a piece in this request that was not counted yet; Refused says why not."""
    identifier = scanned(text)
    found = Label.objects.filter(identifier=identifier or "", kind=Label.Kind.PIECE).first()
    if found is None or found.customer_id != request.customer_id:
        raise Refused("scan", _("This label is not one of this customer’s pieces."))
    if Piece.objects.filter(label=found).exists():
        raise Refused("scan", _("This piece was counted already. Nothing was added."))
    return found


@transaction.atomic
def count(number: str, identifier: str, what: What, *, by: Actor, container: str = "") -> Piece:
    """Count one piece of a received request; scanned again, it is refused, never counted twice."""
    require(by, Role.CLERK)
    request = fetch(number, by=by)
    if request.status != Status.RECEIVED:
        raise Refused("scan", _("This request is closed; open its container again first."))
    label = piece_label(identifier, request)
    check(what)
    box = Label.objects.filter(identifier=container, customer_id=request.customer_id).first()
    try:
        with transaction.atomic():
            piece = Piece.objects.create(
                label=label, request=request, container=box, centre_id=known(by.centre_id)
            )
    except IntegrityError as error:  # two stations at the same moment
        words = _("This piece was counted already. Nothing was added.")
        raise Refused("scan", words) from error
    _enter(piece, request, what, 1, by, "", timezone.now())
    return piece


@transaction.atomic
def close(number: str, *, by: Actor, seen_version: int | None = None) -> tuple[int, int]:
    """Everything of the request is counted: points are earned, the customer is told.

    Returns how many pieces, how many points.
    """
    require(by, Role.CLERK)
    request = fetch(number, by=by, seen_version=seen_version)
    request.move(Status.COUNTED, side=by.side)
    now = timezone.now()
    request.counted, request.counted_at = _pieces(request), now
    request.save()
    points = reward(request, now)
    data = {"counted": request.counted, "announced": request.announced, "points": points}
    tell(Event.COLLECTION_COUNTED, request, by=by, data=data)
    return request.counted, points


def _pieces(request: CollectionRequest) -> int:
    return Count.objects.filter(request=request).aggregate(n=Sum("quantity"))["n"] or 0


def check(what: What) -> None:
    """Refuse what is no model, no name or no condition."""
    if what.condition not in Condition.values:
        raise Refused("condition", _("Choose the condition: 1, 2, 3 or 4."))
    if what.consumable_id is not None:
        if not Consumable.objects.filter(pk=what.consumable_id).exists():
            raise Refused("model", _("This model is not in the catalogue. Type what stands on it."))
    elif not what.unknown_model.strip():
        raise Refused("model", _("Scan or type the model first."))


def _enter(
    piece: Piece,
    request: CollectionRequest,
    what: What,
    quantity: int,
    by: Actor,
    reason: str,
    at: datetime,
) -> None:
    Count.objects.create(
        piece=piece,
        seller_id=request.seller_id,
        customer_id=request.customer_id,
        request=request,
        consumable_id=what.consumable_id,
        unknown_model="" if what.consumable_id else what.unknown_model.strip()[:60],
        condition=what.condition,
        quantity=quantity,
        at=at,
        by_id=known(by.person_id),
        reason=reason,
    )
