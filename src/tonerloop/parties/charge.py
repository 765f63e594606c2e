"""Who answers for a customer now: the salesperson in charge, whoever stands in, the deputy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tonerloop.common.actor import Actor, known
from tonerloop.parties.models import Absence, Customer, Membership, Person
from tonerloop.parties.working import during


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Who has a customer's orders now, and who is next; None: the back office."""

    first: Person | None
    second: Person | None


def customers_of(actor: Actor) -> QuerySet[Customer]:
    """The customers a salesperson sees: one's own, as deputy, and of those one stands in for.

    To be correlated with a row's `customer_id`.
    """
    me, seller = known(actor.person_id), known(actor.seller_id)
    away = Absence.objects.filter(
        during(timezone.now()), seller_id=seller, deputy_id=me, person=OuterRef("salesperson_id")
    )
    mine = Q(salesperson_id=me) | Q(deputy_id=me) | Q(Exists(away))
    return Customer.objects.filter(mine, pk=OuterRef("customer_id"), seller_id=seller)


def in_charge(customer: Customer, now: datetime) -> Charge:
    """Who is to answer for the customer at this moment; at most three queries.

    An absent salesperson's place takes the person named for that time, else the customer's
    deputy. Nobody stands in for somebody who stands in: where all are away, the back office has
    the order, so that no circle of deputies loses it.
    """
    absent = (
        Absence.objects.filter(
            during(now), seller_id=customer.seller_id, person_id=customer.salesperson_id
        )
        .order_by("pk")
        .first()
    )
    ids = [absent.deputy_id if absent else customer.salesperson_id, customer.deputy_id]
    people = _present(customer.seller_id, [pk for pk in ids if pk], now)
    there = list(dict.fromkeys(pk for pk in ids if pk in people))
    named = [people[pk] for pk in there if pk is not None]
    return Charge(first=next(iter(named), None), second=next(iter(named[1:]), None))


def _present(seller_id: int, ids: Iterable[int], now: datetime) -> dict[int, Person]:
    roles = Membership.objects.filter(person=OuterRef("pk"), seller_id=seller_id, active=True)
    away = Absence.objects.filter(during(now), person=OuterRef("pk"), seller_id=seller_id)
    found = Person.objects.filter(Exists(roles), ~Exists(away), is_active=True, pk__in=set(ids))
    return {person.pk: person for person in found}


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
