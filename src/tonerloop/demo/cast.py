"""Who and what the demo is made of, while it is being loaded."""

from dataclasses import dataclass, field
from decimal import Decimal

from tonerloop.catalogue.models import Consumable, EquipmentModel
from tonerloop.fleet.models import Equipment
from tonerloop.parties.models import (
    Customer,
    CustomerGroup,
    Manufacturer,
    Person,
    Seller,
    Site,
)
from tonerloop.pricing.models import ConfirmationRule


@dataclass
class Shelf:
    """Everything that can be ordered, and for which machine."""

    models: dict[str, EquipmentModel] = field(default_factory=dict)
    items: dict[str, Consumable] = field(default_factory=dict)
    euros: dict[str, Decimal] = field(default_factory=dict)  # suggested price by part number
    takes: dict[int, list[Consumable]] = field(default_factory=dict)  # by equipment model


@dataclass
class Maker:
    """A manufacturer with the people at its order desk."""

    party: Manufacturer
    desk: list[Person] = field(default_factory=list)


@dataclass
class Account:
    """A customer with its sites, its buyers (each with the sites they order for) and machines."""

    customer: Customer
    sites: dict[str, Site] = field(default_factory=dict)
    buyers: list[tuple[Person, list[Site]]] = field(default_factory=list)
    machines: list[Equipment] = field(default_factory=list)
    rule: ConfirmationRule | None = None  # under which the server confirms prices by itself

    @property
    def language(self) -> str:
        """The language of the papers between this customer and its seller."""
        return self.customer.seller.language


@dataclass
class House:
    """A seller with its people, groups and customers."""

    seller: Seller
    groups: dict[str, CustomerGroup] = field(default_factory=dict)
    salespeople: list[Person] = field(default_factory=list)
    back_office: list[Person] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)


@dataclass
class Cast:
    """The whole company of the demo."""

    makers: dict[str, Maker] = field(default_factory=dict)
    houses: dict[str, House] = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def accounts(self) -> dict[str, Account]:
        """All customers of both sellers by their short name."""
        return {key: a for house in self.houses.values() for key, a in house.accounts.items()}
