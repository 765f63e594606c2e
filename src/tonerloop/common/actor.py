"""Who does something: a frozen set of ids, resolved once at the door and passed down."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """The sides of an order or a collection."""

    BUYER = "buyer"
    SELLER = "seller"
    MANUFACTURER = "manufacturer"
    COLLECTOR = "collector"
    SERVER = "server"


class Role(StrEnum):
    """What a person or a program is in one organisation."""

    BUYER = "buyer"
    SALESPERSON = "salesperson"
    BACK_OFFICE = "back_office"
    ORDER_DESK = "order_desk"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    CLERK = "clerk"
    RULE = "rule"


SIDES = {
    Role.BUYER: Side.BUYER,
    Role.SALESPERSON: Side.SELLER,
    Role.BACK_OFFICE: Side.SELLER,
    Role.ORDER_DESK: Side.MANUFACTURER,
    Role.DISPATCHER: Side.COLLECTOR,
    Role.DRIVER: Side.COLLECTOR,
    Role.CLERK: Side.COLLECTOR,
    Role.RULE: Side.SERVER,
}


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person, a manufacturer's program (`key`) or a rule of the server, in one role.

    `site_ids` narrows a buyer to some sites; None means all sites of the customer.
    """

    role: Role
    person_id: int | None = None
    membership_id: int | None = None
    seller_id: int | None = None
    customer_id: int | None = None
    manufacturer_id: int | None = None
    collector_id: int | None = None
    centre_id: int | None = None
    site_ids: tuple[int, ...] | None = None
    rule: str = ""
    key: str = ""

    @property
    def side(self) -> Side:
        """The side of the order on which this actor stands."""
        return SIDES[self.role]


class NotAllowed(Exception):
    """The actor's role does not include this action."""


def known(value: int | None) -> int:
    """An id that the actor's role must have; NotAllowed where it has none."""
    if value is None:
        raise NotAllowed
    return value


def require(actor: Actor, *roles: Role) -> None:
    """Raise NotAllowed unless the actor has one of the roles."""
    if actor.role not in roles:
        raise NotAllowed(actor.role)
