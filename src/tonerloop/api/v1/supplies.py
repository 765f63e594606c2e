"""What a customer can order: its machines with what fits them, at its own prices."""

from datetime import date, datetime

from django.http import HttpRequest
from ninja import Router

from tonerloop.api.auth import caller
from tonerloop.api.operations import reads
from tonerloop.api.words import Money, exactly, money
from tonerloop.common.actor import Role
from tonerloop.common.schema import Schema
from tonerloop.orders.order_screen import Machine, Supply, supplies

router = Router(tags=["Supplies"])


class StepOut(Schema):
    """From this quantity on one line, a piece costs this."""

    from_quantity: int
    unit_price: Money


class SupplyOut(Schema):
    """A consumable that fits the machine."""

    consumable_id: int
    part_number: str
    name: str
    kind: str
    colour: str
    page_yield: int | None
    unit_price: Money | None  # null: price on request
    breaks: list[StepOut]
    expected_delivery: date
    last_ordered_at: datetime | None
    coming: int


class SupplyMachineOut(Schema):
    """A machine of the customer with what fits it."""

    id: int
    site: str
    location: str
    manufacturer: str
    model: str
    serial_number: str
    asset_tag: str
    supplies: list[SupplyOut]


class SuppliesOut(Schema):
    """The order screen."""

    machines: list[SupplyMachineOut]


@reads(router, "/supplies", SuppliesOut, "orders:read", Role.BUYER)
def order_screen(request: HttpRequest) -> SuppliesOut:
    """Your machines by place, what fits each, your price of it and when it would arrive."""
    return SuppliesOut(
        machines=[
            _machine(machine, place.site, place.location)
            for place in supplies(caller(request))
            for machine in place.machines
        ]
    )


def _machine(machine: Machine, site: str, location: str) -> SupplyMachineOut:
    return SupplyMachineOut(
        id=machine.id,
        site=site,
        location=location,
        manufacturer=machine.manufacturer,
        model=machine.model,
        serial_number=machine.serial_number,
        asset_tag=machine.asset_tag,
        supplies=[_supply(supply) for supply in machine.supplies],
    )


def _supply(supply: Supply) -> SupplyOut:
    price = supply.price
    return SupplyOut(
        consumable_id=supply.consumable_id,
        part_number=supply.part_number,
        name=supply.name,
        kind=supply.kind,
        colour=supply.colour,
        page_yield=supply.page_yield,
        unit_price=money(price.unit_price, price.currency),
        breaks=[
            StepOut(from_quantity=start, unit_price=exactly(amount, price.currency))
            for start, amount in price.breaks
        ],
        expected_delivery=supply.expected,
        last_ordered_at=supply.last_ordered,
        coming=supply.coming,
    )
