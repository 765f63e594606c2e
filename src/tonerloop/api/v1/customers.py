"""A seller's customers."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, check_match, located, makes, reads
from tonerloop.api.v1.order_words import Named
from tonerloop.api.words import After, Id, Incoming, Limit, Search, Text, left, part, tidy
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema
from tonerloop.parties.actions import (
    CustomerFacts,
    add_customer,
    change_customer,
    own_seller,
    seller_of,
    seller_people,
)
from tonerloop.parties.models import Customer

router = Router(tags=["Customers"])
READ, WRITE, OFFICE = "customers:read", "customers:write", Role.BACK_OFFICE


class CustomerOut(Schema):
    """A customer of yours."""

    id: int
    number: str
    name: str
    phone: str
    address: str
    order_email: str
    group: Named | None
    salesperson: Named
    deputy: Named | None


class CustomersPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[CustomerOut]
    next: str


class CustomerIn(Incoming):
    """A customer to be taken up."""

    number: Text = Field(min_length=1, max_length=20)
    name: Text = Field(min_length=1, max_length=120)
    salesperson_id: Id = Field(description="One of `/salespeople`.")
    deputy_id: Id | None = None
    group_id: Id | None = None
    phone: Text = Field("", max_length=30)
    address: Text = Field("", max_length=500)
    order_email: Text = Field("", max_length=200)


class CustomerChange(Incoming):
    """What is given is changed, the rest stays."""

    number: Text = left(min_length=1, max_length=20)
    name: Text = left(min_length=1, max_length=120)
    salesperson_id: Id = left()
    deputy_id: Id | None = left()
    group_id: Id | None = left()
    phone: Text = left(max_length=30)
    address: Text = left(max_length=500)
    order_email: Text = left(max_length=200)


class PeopleOut(Schema):
    """Those who can be in charge of a customer."""

    items: list[Named]


@reads(router, "/customers", CustomersPage, READ, OFFICE)
def customers(
    request: HttpRequest, q: Search = "", after: After = "", limit: Limit = 50
) -> CustomersPage:
    """Your customers; `q` finds by name or number."""
    found, words = _own(request), tidy(q)
    if words:
        found = found.filter(Q(name__icontains=words) | Q(number__icontains=words))
    rows, mark = part(found, after, limit, newest=False)
    return CustomersPage(items=[customer_out(row) for row in rows], next=mark)


@makes(router, "/customers", CustomerOut, WRITE, OFFICE)
def customer_new(request: HttpRequest, body: CustomerIn) -> CustomerOut:
    """Take up a customer."""
    made = add_customer(CustomerFacts(**body.model_dump()), by=caller(request))
    located(request, f"customers/{made.pk}")
    return customer_out(_own(request).get(pk=made.pk))


@reads(router, "/customers/{customer_id}", CustomerOut, READ, OFFICE)
def customer(request: HttpRequest, customer_id: int) -> CustomerOut:
    """One customer."""
    return customer_out(_own(request).get(pk=customer_id))


@changes(router, "/customers/{customer_id}", CustomerOut, WRITE, OFFICE, method="PATCH")
@transaction.atomic
def customer_change(request: HttpRequest, customer_id: int, body: CustomerChange) -> CustomerOut:
    """Correct what is kept about a customer."""
    by = caller(request)
    own_seller(by)  # locked: what is compared is what is changed
    before = _own(request).get(pk=customer_id)
    check_match(request, customer_out(before))
    facts: dict[str, Any] = {name: getattr(before, name) for name in CustomerChange.model_fields}
    facts |= body.model_dump(exclude_unset=True)
    change_customer(customer_id, CustomerFacts(**facts), by=by)
    return customer_out(_own(request).get(pk=customer_id))


@reads(router, "/salespeople", PeopleOut, READ, OFFICE)
def salespeople(request: HttpRequest) -> PeopleOut:
    """Your people who can be in charge of a customer."""
    found = seller_people(seller_of(caller(request)))
    return PeopleOut(items=[Named(id=person.pk, name=person.name) for person in found])


def customer_out(row: Customer) -> CustomerOut:
    """A customer as its seller reads it."""
    return CustomerOut(
        id=row.pk,
        number=row.number,
        name=row.name,
        phone=row.phone,
        address=row.address,
        order_email=row.order_email,
        group=Named(id=row.group.pk, name=row.group.name) if row.group else None,
        salesperson=Named(id=row.salesperson_id, name=row.salesperson.name),
        deputy=Named(id=row.deputy.pk, name=row.deputy.name) if row.deputy else None,
    )


def _own(request: HttpRequest) -> Any:
    found = Customer.objects.filter(seller_id=seller_of(caller(request)))
    return found.select_related("group", "salesperson", "deputy")
