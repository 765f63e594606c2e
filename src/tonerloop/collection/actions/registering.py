"""Taking part in the collection service, and the box that is then sent out."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.common import tell_registration
from tonerloop.collection.models import BoxTask, Registration
from tonerloop.collection.states import Way
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import Customer, Site

TERMS = "2026-1"


@transaction.atomic
def register(*, site_id: int, contact: str, phone: str, way: str, by: Actor) -> Registration:
    """The buyer's customer takes part from now on; registered twice, it is one registration.

    With boxes, a box and labels are to be sent out.
    """
    require(by, Role.BUYER)
    customer = Customer.objects.select_for_update(no_key=True).get(pk=known(by.customer_id))
    earlier = customer.registrations.filter(ended_at=None).first()
    if earlier is not None:
        return earlier
    site = _own_site(site_id, by)
    if way not in Way.values:
        raise Refused("way", _("Choose how you hand them over."))
    registration = Registration.objects.create(
        seller_id=customer.seller_id,
        customer=customer,
        site=site,
        contact=contact.strip(),
        phone=phone.strip(),
        way=way,
        registered_at=timezone.now(),
        registered_by_id=known(by.person_id),
        terms=TERMS,
    )
    if way == Way.BOX:
        _box(registration)
    tell_registration(Event.COLLECTION_REGISTERED, registration, by=by)
    return registration


@transaction.atomic
def ask_for_box(*, by: Actor) -> BoxTask:
    """One more box for the customer, unless one is on its way."""
    require(by, Role.BUYER)
    registration = own_registration(by)
    # Two at once wait for each other here, and the second finds the first one's box.
    Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    waiting = registration.boxes.filter(sent_at=None).first()
    return waiting or _box(registration)


@transaction.atomic
def send_boxes(ids: list[int], *, by: Actor) -> int:
    """The back office or the collector has sent these boxes; returns how many were new."""
    require(by, Role.BACK_OFFICE, Role.DISPATCHER)
    waiting = boxes_to_send(by).select_for_update(of=("self",)).filter(pk__in=ids)
    sent = list(waiting.select_related("registration__seller"))
    for box in sent:
        box.sent_at, box.sent_by_id = timezone.now(), known(by.person_id)
        box.save(update_fields=["sent_at", "sent_by"])
        tell_registration(Event.COLLECTION_BOX_SENT, box.registration, by=by)
    return len(sent)


def boxes_to_send(by: Actor) -> QuerySet[BoxTask]:
    """Boxes that are still to be sent by this seller or collector, oldest first."""
    found = BoxTask.objects.filter(sent_at=None).order_by("pk")
    if by.role == Role.BACK_OFFICE:
        return found.filter(seller_id=known(by.seller_id))
    return found.filter(seller__collector_id=known(by.collector_id))


def own_registration(by: Actor) -> Registration:
    """The registration of the buyer's customer; DoesNotExist where there is none."""
    found = Registration.objects.select_related("seller", "site")
    return found.get(customer_id=known(by.customer_id), ended_at=None)


def _own_site(site_id: int, by: Actor) -> Site:
    sites = Site.objects.filter(customer_id=known(by.customer_id), closed=False)
    if by.site_ids is not None:
        sites = sites.filter(pk__in=by.site_ids)
    found = sites.filter(pk=site_id).first()
    if found is None:
        raise Refused("site", _("Choose one of your sites."))
    return found


def _box(registration: Registration) -> BoxTask:
    return BoxTask.objects.create(
        registration=registration, seller_id=registration.seller_id, made_at=timezone.now()
    )
