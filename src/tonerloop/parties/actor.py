"""From a logged-in person to an actor, in one query."""

from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
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


@dataclass(frozen=True, kw_only=True)
class Seat:
    """The role in which somebody is here now, and what every page shows of its organisation."""

    actor: Actor
    organisation: str
    requires_second_factor: bool


# Each page asks this, so it is plain: six joined models cost more than the rest of an empty page.
_SEAT = """
SELECT m.role, m.id, coalesce(c.seller_id, m.seller_id), m.customer_id, m.manufacturer_id,
       coalesce(m.collector_id, z.collector_id), m.centre_id,
       CASE WHEN NOT m.all_sites THEN ARRAY(
           SELECT s.id FROM parties_membership_sites x JOIN parties_site s ON s.id = x.site_id
           WHERE x.membership_id = m.id AND NOT s.closed) END,
       o.name, o.requires_second_factor
FROM parties_membership m
LEFT JOIN parties_customer c ON c.id = m.customer_id
LEFT JOIN parties_recoverycentre z ON z.id = m.centre_id
CROSS JOIN LATERAL (
    SELECT c.name, c.requires_second_factor WHERE c.id IS NOT NULL
    UNION ALL SELECT name, requires_second_factor FROM parties_seller WHERE id = m.seller_id
    UNION ALL SELECT name, requires_second_factor FROM parties_manufacturer
        WHERE id = m.manufacturer_id
    UNION ALL SELECT name, requires_second_factor FROM parties_collector
        WHERE id = coalesce(m.collector_id, z.collector_id)
) o
WHERE m.person_id = %s AND m.active
ORDER BY m.id IS NOT DISTINCT FROM %s DESC, m.id LIMIT 1
"""


def seat_of(person_id: int, membership_id: int | None) -> Seat | None:
    """As `current_membership`, but only what a page needs; one plain query."""
    with connection.cursor() as cursor:
        cursor.execute(_SEAT, [person_id, membership_id])
        row = cursor.fetchone()
    if row is None:
        return None
    role, pk, seller, customer, manufacturer, collector, centre, sites, name, second = row
    actor = Actor(
        role=Role(role),
        person_id=person_id,
        membership_id=pk,
        seller_id=seller,
        customer_id=customer,
        manufacturer_id=manufacturer,
        collector_id=collector,
        centre_id=centre,
        site_ids=None if sites is None else tuple(sites),
    )
    return Seat(actor=actor, organisation=name, requires_second_factor=second)
