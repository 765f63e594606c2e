"""Which collection requests an actor may see; every row is reached through here."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tonerloop.common.actor import Actor, Role, known
from tonerloop.parties.charge import customers_of

if TYPE_CHECKING:
    from tonerloop.collection.models import CollectionRequest  # noqa: F401 - in the base, as text


class RequestQuerySet(models.QuerySet["CollectionRequest"]):
    """Collection requests, narrowed to an actor."""

    def visible_to(self, actor: Actor) -> "RequestQuerySet":
        """The actor's own requests by role; none where the role has none."""
        return self.filter(_scope(actor))

    def locked_for(self, actor: Actor) -> "RequestQuerySet":
        """The same, locked until the transaction ends; first of all locks of an action."""
        return self.visible_to(actor).select_for_update(of=("self",))


def _scope(actor: Actor) -> Q:
    match actor.role:
        case Role.BUYER:
            sites = Q() if actor.site_ids is None else Q(site_id__in=actor.site_ids)
            return Q(customer_id=known(actor.customer_id)) & sites
        case Role.BACK_OFFICE:
            return Q(seller_id=known(actor.seller_id))
        case Role.SALESPERSON:
            return Q(customer_id__in=customers_of(actor), seller_id=known(actor.seller_id))
        case Role.DISPATCHER:
            return Q(collector_id=known(actor.collector_id))
        case Role.DRIVER:
            own = Q(driver_id=known(actor.person_id))
            return own & Q(collector_id=known(actor.collector_id))
        case Role.CLERK:
            # What was received at the clerk's own centre, or is on its way to the collector.
            here = Q(centre_id=known(actor.centre_id)) | Q(centre=None)
            return here & Q(collector_id=known(actor.collector_id))
        case Role.RULE:
            return Q()
        case _:
            return Q(pk__in=[])
