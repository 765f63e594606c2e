"""Which orders an actor may see; every row is reached through here."""

from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q

from tonerloop.common.actor import Actor, Role, known
from tonerloop.common.asking import OneOf
from tonerloop.parties.charge import customers_of

if TYPE_CHECKING:
    from tonerloop.orders.models import Order  # noqa: F401 - in the base class, as text


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders, narrowed to an actor."""

    def visible_to(self, actor: Actor) -> "OrderQuerySet":
        """The actor's own orders by role; none where the role has none."""
        return self.filter(_scope(actor))

    def locked_for(self, actor: Actor) -> "OrderQuerySet":
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
            # Each customer by an index: by IN, PostgreSQL would rather read all orders there are.
            own = OneOf(F("customer_id"), ArraySubquery(customers_of(actor)))
            return Q(own, seller_id=known(actor.seller_id))
        case Role.ORDER_DESK:
            # A manufacturer learns of an order when its price is confirmed, not before; it keeps
            # that time for ever, so that no request has to be looked up for each order.
            return Q(confirmed_at__isnull=False, manufacturer_id=known(actor.manufacturer_id))
        case Role.RULE:
            return Q()
        case _:  # a collector learns nothing of orders
            return Q(pk__in=[])
