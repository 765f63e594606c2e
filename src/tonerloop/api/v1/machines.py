"""The installed machines of a seller's customers."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from tonerloop.api.auth import caller
from tonerloop.api.operations import changes, check_match, located, makes, reads
from tonerloop.api.v1.order_words import Named
from tonerloop.api.words import After, Id, Incoming, Limit, Text, left, part
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema
from tonerloop.fleet.actions import (
    MachineFacts,
    add_machine,
    change_machine,
    restore_machine,
    retire_machine,
)
from tonerloop.fleet.models import Equipment
from tonerloop.parties.actions import own_seller, seller_of
from tonerloop.parties.models import Customer

router = Router(tags=["Machines"])
READ, WRITE, OFFICE = "customers:read", "customers:write", Role.BACK_OFFICE


class MachineOut(Schema):
    """One installed machine."""

    id: int
    customer_id: int
    site: Named
    model: Named
    manufacturer: str
    serial_number: str
    asset_tag: str
    location: str
    retired: bool


class MachinesPage(Schema):
    """A part of a list; `next` is the `after` of the following part, empty at the end."""

    items: list[MachineOut]
    next: str


class MachineIn(Incoming):
    """A machine to be taken up."""

    model_id: Id = Field(description="One of `/models`.")
    site_id: Id
    serial_number: Text = Field(min_length=1, max_length=40)
    location: Text = Field(min_length=1, max_length=80)
    asset_tag: Text = Field("", max_length=40)


class MachineChange(Incoming):
    """What is given is changed, the rest stays."""

    site_id: Id = left()
    serial_number: Text = left(min_length=1, max_length=40)
    location: Text = left(min_length=1, max_length=80)
    asset_tag: Text = left(max_length=40)


@reads(router, "/customers/{customer_id}/machines", MachinesPage, READ, OFFICE)
def machines(
    request: HttpRequest,
    customer_id: int,
    retired: bool | None = None,
    after: After = "",
    limit: Limit = 50,
) -> MachinesPage:
    """The machines of a customer of yours."""
    customer = Customer.objects.get(pk=customer_id, seller_id=seller_of(caller(request)))
    found = _own(request).filter(customer=customer)
    if retired is not None:
        found = found.filter(retired=retired)
    rows, mark = part(found, after, limit, newest=False)
    return MachinesPage(items=[_out(row) for row in rows], next=mark)


@makes(router, "/customers/{customer_id}/machines", MachineOut, WRITE, OFFICE)
def machine_new(request: HttpRequest, customer_id: int, body: MachineIn) -> MachineOut:
    """Take up a machine that stands at a customer's site."""
    given = body.model_dump()
    model = given.pop("model_id")
    made = add_machine(customer_id, model, MachineFacts(**given), by=caller(request))
    located(request, f"machines/{made.pk}")
    return _one(request, made.pk)


@reads(router, "/machines/{machine_id}", MachineOut, READ, OFFICE)
def machine(request: HttpRequest, machine_id: int) -> MachineOut:
    """One machine."""
    return _one(request, machine_id)


@changes(router, "/machines/{machine_id}", MachineOut, WRITE, OFFICE, method="PATCH")
@transaction.atomic
def machine_change(request: HttpRequest, machine_id: int, body: MachineChange) -> MachineOut:
    """Correct a machine's facts, or move it to another site."""
    before = _matching(request, machine_id)
    facts: dict[str, Any] = {name: getattr(before, name) for name in MachineChange.model_fields}
    facts |= body.model_dump(exclude_unset=True)
    change_machine(machine_id, MachineFacts(**facts), by=caller(request))
    return _one(request, machine_id)


@changes(router, "/machines/{machine_id}/retire", MachineOut, WRITE, OFFICE)
@transaction.atomic
def machine_retire(request: HttpRequest, machine_id: int) -> MachineOut:
    """Take a machine out of use: nothing is offered for it any more."""
    _matching(request, machine_id)
    retire_machine(machine_id, by=caller(request))
    return _one(request, machine_id)


@changes(router, "/machines/{machine_id}/restore", MachineOut, WRITE, OFFICE)
@transaction.atomic
def machine_restore(request: HttpRequest, machine_id: int) -> MachineOut:
    """Put a machine back into use."""
    _matching(request, machine_id)
    restore_machine(machine_id, by=caller(request))
    return _one(request, machine_id)


def _own(request: HttpRequest) -> Any:
    found = Equipment.objects.filter(seller_id=seller_of(caller(request)))
    return found.select_related("site", "model__manufacturer")


def _one(request: HttpRequest, machine_id: int) -> MachineOut:
    return _out(_own(request).get(pk=machine_id))


def _matching(request: HttpRequest, machine_id: int) -> Equipment:
    """The machine as `If-Match` saw it; the seller's records are locked."""
    own_seller(caller(request))
    found: Equipment = _own(request).get(pk=machine_id)
    check_match(request, _out(found))
    return found


def _out(row: Equipment) -> MachineOut:
    return MachineOut(
        id=row.pk,
        customer_id=row.customer_id,
        site=Named(id=row.site_id, name=row.site.name),
        model=Named(id=row.model_id, name=row.model.name),
        manufacturer=row.model.manufacturer.name,
        serial_number=row.serial_number,
        asset_tag=row.asset_tag,
        location=row.location,
        retired=row.retired,
    )
