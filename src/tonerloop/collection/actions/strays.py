"""A container without a sender: kept and counted here, until somebody knows whose it was."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.receiving import What, check, close, count, receive
from tonerloop.collection.models import Label, Registration, Stray, StrayPiece
from tonerloop.collection.numbers import new_identifiers, scanned
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import Customer


def strays(by: Actor) -> QuerySet[Stray]:
    """What arrived at the actor's centre without a sender; DoesNotExist for other centres' ones."""
    return Stray.objects.filter(centre_id=known(by.centre_id))


@transaction.atomic
def receive_stray(text: str, *, key: UUID, by: Actor) -> Stray:
    """Keep a container that has no sender, under a label of the centre; sent twice, it is one."""
    require(by, Role.CLERK)
    if (earlier := strays(by).filter(key=key).first()) is not None:
        return earlier
    now = timezone.now()
    label = _own_label(Label.Kind.BOX, by)
    Label.objects.filter(pk=label.pk).update(received_at=now)
    return Stray.objects.create(
        key=key,
        centre_id=known(by.centre_id),
        label=label,
        scanned=text[:200],
        received_at=now,
        received_by_id=known(by.person_id),
    )


@transaction.atomic
def new_stray_label(identifier: str, *, by: Actor) -> Label:
    """An identifier for a piece of a container without sender."""
    require(by, Role.CLERK)
    _open(identifier, by)
    return _own_label(Label.Kind.PIECE, by)


@transaction.atomic
def count_stray(identifier: str, piece: str, what: What, *, by: Actor) -> StrayPiece:
    """Count one of its pieces, once."""
    require(by, Role.CLERK)
    stray = _open(identifier, by)
    own = Label.objects.filter(kind=Label.Kind.PIECE, centre_id=by.centre_id, customer=None)
    label = own.filter(identifier=piece).first()
    if label is None:
        raise Refused("scan", _("Type N for a new label; this one is another’s."))
    check(what)
    try:
        with transaction.atomic():
            return StrayPiece.objects.create(
                stray=stray,
                label=label,
                consumable_id=what.consumable_id,
                unknown_model="" if what.consumable_id else what.unknown_model.strip()[:60],
                condition=what.condition,
                at=timezone.now(),
                by_id=known(by.person_id),
            )
    except IntegrityError as error:
        words = _("This piece was counted already. Nothing was added.")
        raise Refused("scan", words) from error


@transaction.atomic
def assign_stray(stray_id: int, who: str, reason: str, *, by: Actor) -> Stray:
    """It was this customer's: it becomes a collection nobody announced, counted, with points.

    Each piece is counted anew by the ordinary verbs; a stray without pieces is received only.
    """
    require(by, Role.CLERK)
    stray = strays(by).select_for_update(of=("self",)).select_related("label").get(pk=stray_id)
    if stray.request_id is not None:
        raise Refused("who", _("It is assigned already. Nothing was changed."))
    if not reason.strip():
        raise Refused("reason", _("Say in a few words why."))
    customer, why = sender(who, by=by), reason.strip()[:200]
    pieces = list(stray.pieces.order_by("pk").select_related("label"))
    labels = [stray.label_id, *(piece.label_id for piece in pieces)]
    Label.objects.filter(pk__in=labels).update(customer=customer, seller=customer.seller_id)
    request, box = receive(stray.label.identifier, by=by, why=why)
    Label.objects.filter(pk__in=labels).update(request=request)
    for piece in pieces:
        what = What(
            consumable_id=piece.consumable_id,
            unknown_model=piece.unknown_model,
            condition=piece.condition,
        )
        identifier = piece.label.identifier
        count(request.number, identifier, what, by=by, container=box.identifier)
    if pieces:
        close(request.number, by=by)
    stray.request, stray.reason = request, why
    stray.assigned_at, stray.assigned_by_id = timezone.now(), known(by.person_id)
    stray.save()
    return stray


def sender(text: str, *, by: Actor) -> Customer:
    """The customer meant by a label of theirs, their number or (a part of) their name.

    Only those who take part with a seller whose collector this is; Refused if not exactly one.
    """
    taking = Registration.objects.filter(customer=OuterRef("pk"), ended_at=None)
    own = Customer.objects.filter(Exists(taking), seller__collector_id=known(by.collector_id))
    text = text.strip()
    if identifier := scanned(text):
        choices = [own.filter(labels__identifier=identifier)]
    else:
        exact = Q(number__iexact=text) | Q(name__iexact=text)
        choices = [own.filter(exact), own.filter(name__icontains=text)]
    found = next((list(rows[:6]) for rows in choices if text and rows), [])
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{one.name} ({one.number})" for one in found[:5])
        words = _("Several customers fit: %(names)s. Type more, or scan a label of theirs.")
        raise Refused("who", words % {"names": names})
    raise Refused("who", _("No customer who takes part fits. Type the number or the name."))


def _open(identifier: str, by: Actor) -> Stray:
    own = strays(by).select_for_update(of=("self",))
    found = own.filter(label__identifier=identifier).first()
    if found is None or found.request_id is not None:
        raise Refused("scan", _("This container has a sender now. Scan its label."))
    return found


def _own_label(kind: Label.Kind, by: Actor) -> Label:
    return Label.objects.create(
        identifier=new_identifiers(kind, 1)[0],
        kind=kind,
        centre_id=known(by.centre_id),
        issued_at=timezone.now(),
    )
