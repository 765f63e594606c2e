"""Who answers for a customer now: the salesperson in charge, whoever stands in, the deputy."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from tonerloop.common.actor import Actor, known
from tonerloop.parties.models import Absence, Customer, Membership, Person
from tonerloop.parties.working import during


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Who has a customer's orders now, and who is next; None: the back office."""

    first: Person | None
    second: Person | None


def customers_of(actor: Actor) -> QuerySet[Customer, Any]:
    """Ids of the customers a salesperson sees: own ones, as deputy, of those one stands in for.

    Three ways, each led by its index: the ids come first, and of their rows only these are read.
    """
    me, seller = known(actor.person_id), known(actor.seller_id)
    away = Absence.objects.filter(during(timezone.now()), seller_id=seller, deputy_id=me)
    ids = Customer.objects.filter(seller_id=seller).values("pk")
    return ids.filter(salesperson_id=me).union(
        ids.filter(deputy_id=me), ids.filter(salesperson_id__in=away.values("person_id")), all=True
    )


# Every event of an order asks this, so it is plain. The salesperson; whoever was named for the
# absence; the deputy: each once, where they are there.
_THERE = """
SELECT c.id AS customer, p.* FROM parties_customer c
CROSS JOIN LATERAL (
    SELECT c.salesperson_id AS id, 0 AS turn
    UNION ALL SELECT a.deputy_id, 1 FROM parties_absence a
        WHERE a.seller_id = c.seller_id AND a.person_id = c.salesperson_id
          AND a.begins_at <= %(now)s AND a.ends_at > %(now)s
    UNION ALL SELECT c.deputy_id, 2) named
JOIN parties_person p ON p.id = named.id
WHERE c.id = ANY(%(customers)s) AND p.is_active
  AND NOT EXISTS (
      SELECT FROM parties_absence a WHERE a.seller_id = c.seller_id AND a.person_id = p.id
        AND a.begins_at <= %(now)s AND a.ends_at > %(now)s)
  AND EXISTS (
      SELECT FROM parties_membership m
      WHERE m.person_id = p.id AND m.seller_id = c.seller_id AND m.active)
ORDER BY c.id, named.turn
"""


def in_charge(customer: Customer, now: datetime) -> Charge:
    """Who is to answer for the customer at this moment; one query, none after `look_up`.

    An absent salesperson's place takes the person named for that time, else the customer's
    deputy. Nobody stands in for somebody who stands in: where all are away, the back office has
    the order, so that no circle of deputies loses it.
    """
    known: Charge | None = getattr(customer, "_charge", None)
    return known or _charges([customer.pk], now)[customer.pk]


def look_up(customers: Collection[Customer], now: datetime) -> None:
    """Ask for all of them at once, for a moment's work: `in_charge` then knows."""
    found = _charges([customer.pk for customer in customers], now)
    for customer in customers:
        customer._charge = found[customer.pk]  # type: ignore[attr-defined]


def _charges(customers: list[int], now: datetime) -> dict[int, Charge]:
    there: dict[int, dict[int, Person]] = {pk: {} for pk in customers}
    for person in Person.objects.raw(_THERE, {"customers": customers, "now": now}):
        there[person.customer].setdefault(person.pk, person)  # type: ignore[attr-defined]
    return {pk: _charge(list(people.values())) for pk, people in there.items()}


def _charge(named: list[Person]) -> Charge:
    return Charge(first=next(iter(named), None), second=next(iter(named[1:]), None))


def absences(seller_ids: Iterable[int], now: datetime) -> dict[int, Absence]:
    """Who is away from these sellers at this moment, by person; one query."""
    found = Absence.objects.filter(during(now), seller_id__in=seller_ids).select_related("deputy")
    return {absence.person_id: absence for absence in found}


def present(customer: Customer, away: Mapping[int, Absence]) -> Person | None:
    """Who answers for a customer while these are away, as `in_charge` says it for one order."""
    absent = away.get(customer.salesperson_id)
    first = absent.deputy if absent else customer.salesperson
    people = (person for person in (first, customer.deputy) if person is not None)
    return next((person for person in people if person.pk not in away), None)


def office_addresses(seller_id: int, mailbox: str) -> list[str]:
    """Where a seller's back office reads its mail: the order mailbox, else its people's own."""
    office = Membership.objects.filter(seller_id=seller_id, role="back_office", active=True)
    return [mailbox] if mailbox else _addresses(office)


def desk_addresses(manufacturer_id: int, mailbox: str) -> list[str]:
    """Where an order desk reads its mail: the manufacturer's order mailbox, else its people's."""
    desk = Membership.objects.filter(manufacturer_id=manufacturer_id, active=True)
    return [mailbox] if mailbox else _addresses(desk)


def _addresses(members: QuerySet[Membership]) -> list[str]:
    active = members.filter(person__is_active=True).order_by("pk")
    return list(active.values_list("person__email", flat=True))
