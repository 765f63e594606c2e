"""The seller or the collector puts requests onto days and drivers, several at once."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.collection.actions.common import tell
from tonerloop.collection.models import CollectionRequest
from tonerloop.collection.states import Status
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.common.days import local_day
from tonerloop.journal.events import Event
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import Membership, Person

MOST_AT_ONCE = 100


def drivers_for(by: Actor) -> list[Membership]:
    """Drivers who may fetch for this seller's or collector's requests."""
    found = Membership.objects.filter(role=Role.DRIVER, active=True).select_related("person")
    if by.role == Role.BACK_OFFICE:
        found = found.filter(collector__seller=by.seller_id)
    else:
        found = found.filter(collector_id=known(by.collector_id))
    return list(found.order_by("person__name"))


@transaction.atomic
def schedule(
    numbers: Sequence[str], *, day: date, driver_id: int, by: Actor
) -> list[CollectionRequest]:
    """Put the requests onto a driver's day, after the stops that are there; all or none."""
    require(by, Role.BACK_OFFICE, Role.DISPATCHER)
    if not numbers:
        raise Refused("number", _("Check the requests that you schedule first."))
    driver = _driver(driver_id, by)
    own = CollectionRequest.objects.locked_for(by).select_related("seller")
    found = list(own.filter(number__in=list(numbers)[:MOST_AT_ONCE]).order_by("pk"))
    if len(found) < len(set(numbers)):
        raise CollectionRequest.DoesNotExist
    for request in found:
        if day < local_day(timezone.now(), request.seller.time_zone):
            raise Refused("day", _("This day has passed. Choose today or a later day."))
    _assign(found, day, driver, by)
    return found


def _assign(found: list[CollectionRequest], day: date, driver: Person, by: Actor) -> None:
    stops = CollectionRequest.objects.filter(driver=driver, day=day)
    last = stops.aggregate(n=Max("position"))["n"] or 0
    for place, request in enumerate(found, start=last + 1):
        request.move(Status.SCHEDULED, side=by.side)
        request.day, request.driver, request.position = day, driver, place
        request.missed = ""
        request.save()
        tell(Event.COLLECTION_SCHEDULED, request, by=by, data={"day": day.isoformat()})


def _driver(driver_id: int, by: Actor) -> Person:
    for membership in drivers_for(by):
        if membership.person_id == driver_id:
            return membership.person
    raise Refused("driver", _("Choose one of the drivers."))
