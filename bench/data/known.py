"""What generators know of each other's rows: ids and prices, plain so that processes share it."""

from dataclasses import dataclass, field
from datetime import date

MAKERS, GROUPS, CUSTOMERS_OF_ONE = 5, 20, 100
EACH_SECOND_SELLERS = 50  # one customer in so many is the rival seller's
LONG_AGO = date(2020, 1, 1)
PASSWORD = "demo"  # noqa: S105 - of generated people alone

Shelf = list[tuple[int, list[int]]]  # a model's id, and the ids of what it takes


@dataclass
class Houses:
    """Ids of what was made, as the generators need them."""

    sellers: list[int] = field(default_factory=list)
    salespeople: list[list[int]] = field(default_factory=list)
    groups: list[list[int]] = field(default_factory=list)
    makers: list[int] = field(default_factory=list)
    desks: list[int] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    items: list[list[int]] = field(default_factory=list)  # ids of each maker's consumables
    collector: int = 0
    centre: int = 0
    driver: int = 0
    clerk: int = 0
    rules: list[int] = field(default_factory=list)  # points rule of each seller
    password: str = ""

    def seller_of(self, customer: int) -> int:
        """0 or 1: which of the two sellers has the customer."""
        return int(customer % EACH_SECOND_SELLERS == EACH_SECOND_SELLERS - 1)

    def salesperson_of(self, customer: int, further: int = 0) -> int:
        """Who is in charge; with `further` 1 the deputy."""
        own = self.salespeople[self.seller_of(customer)]
        return own[(customer // CUSTOMERS_OF_ONE + further) % len(own)]


def price_of(item: int) -> int:
    """The list price of a consumable, in yen; a customer's is a tenth lower."""
    return 4000 + item * 37 % 9000 // 10 * 10
