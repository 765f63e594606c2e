"""The phones of a person: taken up, taken off, and removed where the push service says gone."""

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.orders.errors import Refused
from tonerloop.outbound.models import Device
from tonerloop.outbound.push.keys import CURVE, to_bytes
from tonerloop.outbound.push.posting import Forbidden, checked
from tonerloop.parties.models import Person

MOST = 10  # of one person


@transaction.atomic
def add_device(endpoint: str, p256dh: str, auth: str, label: str, *, by: Actor) -> Device:
    """Let a browser take push messages for this person; told again, it is the same device.

    A browser that was somebody else's becomes this person's: the phone is in their hand.
    """
    require(by, Role.SALESPERSON)
    _check(endpoint, p256dh, auth)
    person = Person.objects.select_for_update().get(pk=known(by.person_id))
    mine = Device.objects.filter(person=person)
    same = mine.filter(endpoint=endpoint).first()
    if same is None:
        Device.objects.filter(endpoint=endpoint).delete()
        if mine.count() >= MOST:
            raise Refused("endpoint", _("These are many phones. Remove one of them first."))
        same = Device(person=person, endpoint=endpoint, made_at=timezone.now())
        same.label = _own_label(label, set(mine.values_list("label", flat=True)))
    same.p256dh, same.auth, same.membership_id = p256dh, auth, known(by.membership_id)
    same.save()
    return same


@transaction.atomic
def remove_device(device_id: int, *, by: Actor) -> None:
    """Take one of one's own phones off; DoesNotExist if it isn't theirs."""
    Device.objects.get(pk=device_id, person_id=known(by.person_id)).delete()


def forget(device_id: int, person_id: int) -> None:
    """The person logs out on this device, so it shows nothing of theirs any more."""
    Device.objects.filter(pk=device_id, person_id=person_id).delete()


def devices_of(person: Person, seller_id: int) -> QuerySet[Device]:
    """The phones that take this person's messages as a salesperson of the seller."""
    if not settings.PUSH_KEY:
        return Device.objects.none()
    own = Device.objects.filter(person=person, person__is_active=True, membership__active=True)
    return own.filter(membership__role=Role.SALESPERSON, membership__seller_id=seller_id)


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        checked(endpoint[:1001])
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, to_bytes(p256dh))
        good = len(endpoint) <= 1000 and len(p256dh) <= 100 and len(to_bytes(auth)) == 16
    except (Forbidden, ValueError):
        good = False
    if not good:
        words = _("This browser’s push service cannot be used. You are told by e-mail.")
        raise Refused("endpoint", words)


def _own_label(label: str, taken: set[str]) -> str:
    names = [label[:50], *(f"{label[:50]} {number}" for number in range(2, MOST + 2))]
    return next(name for name in names if name not in taken)
