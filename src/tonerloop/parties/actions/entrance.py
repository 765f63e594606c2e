"""What an organisation asks of its people before it lets them in."""

from django.db import transaction

from tonerloop.common.actor import Actor, NotAllowed, Role
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.parties.models import Collector, Customer, Manufacturer, Organisation, Seller

KEEPERS: dict[Role, tuple[type[Organisation], str]] = {
    Role.BUYER: (Customer, "customer_id"),
    Role.BACK_OFFICE: (Seller, "seller_id"),
    Role.ORDER_DESK: (Manufacturer, "manufacturer_id"),
    Role.DISPATCHER: (Collector, "collector_id"),
}


@transaction.atomic
def ask_second_factor(required: bool, *, by: Actor) -> Organisation:
    """Ask everybody of the actor's organisation for a second factor, or no longer.

    Who has none is led to set one up at the next page. Programs log in with keys and notice
    nothing. A buyer keeps this for the customer if they order for all its sites.
    """
    own = own_organisation(by)
    if own.requires_second_factor != required:
        own.requires_second_factor = required
        own.save(update_fields=["requires_second_factor"])
        _note(own, required, by)
    return own


def own_organisation(by: Actor) -> Organisation:
    """The organisation whose rules the actor keeps, locked; NotAllowed for everybody else."""
    if by.role not in KEEPERS or (by.site_ids is not None and by.role == Role.BUYER):
        raise NotAllowed(by.role)
    kind, field = KEEPERS[by.role]
    found: Organisation = kind._default_manager.select_for_update(no_key=True).get(
        pk=getattr(by, field)
    )
    return found


def _note(own: Organisation, required: bool, by: Actor) -> None:
    subject = Subject(
        kind=own._meta.model_name or "",
        id=own.pk,
        seller_id=by.seller_id,
        customer_id=by.customer_id,
        manufacturer_id=by.manufacturer_id,
        collector_id=by.collector_id,
    )
    told = {"action": "changed", "fields": ["requires_second_factor"], "to": required}
    record(Event.RECORD_CHANGED, subject, by=by, data=told, audience=[by.side])
