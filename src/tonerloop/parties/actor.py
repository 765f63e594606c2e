"""From a logged-in person to an actor, in one query."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from tonerloop.common.actor import Actor, Role
from tonerloop.parties.models import Membership


def memberships_of(person_id: int) -> QuerySet[Membership]:
    """The person's active roles, oldest first, each with its organisation."""
    found = Membership.objects.filter(person_id=person_id, active=True)
    return found.select_related(
        "customer", "seller", "manufacturer", "collector", "centre__collector"
    ).order_by("pk")


def current_membership(person_id: int, membership_id: int | None) -> Membership | None:
    """The chosen role while it is still the person's, else their first; None if they have none."""
    found = memberships_of(person_id).annotate(
        site_ids=ArrayAgg("sites__id", filter=Q(sites__closed=False), default=[])
    )
    chosen = list(found)
    by_id = {membership.pk: membership for membership in chosen}
    return by_id.get(membership_id or 0) or (chosen[0] if chosen else None)


def actor_of(membership: Membership) -> Actor:
    """The actor that acts in this role; `membership` comes from `current_membership`."""
    customer = membership.customer
    return Actor(
        role=Role(membership.role),
        person_id=membership.person_id,
        membership_id=membership.pk,
        seller_id=customer.seller_id if customer else membership.seller_id,
        customer_id=membership.customer_id,
        manufacturer_id=membership.manufacturer_id,
        collector_id=membership.collector_id or _collector_of_centre(membership),
        centre_id=membership.centre_id,
        site_ids=None if membership.all_sites else tuple(_site_ids(membership)),
    )


def _collector_of_centre(membership: Membership) -> int | None:
    return membership.centre.collector_id if membership.centre else None


def _site_ids(membership: Membership) -> list[int]:
    return getattr(membership, "site_ids", None) or []
