"""Customers with a site, buyers, machines and what they agreed with their seller."""

from dataclasses import dataclass

from bench.data.known import GROUPS, LONG_AGO, MAKERS, Houses, price_of
from bench.data.sizes import (
    AGREED,
    ALIKE,
    THEIR_BUYERS,
    THEIR_MACHINES,
    Size,
    mixed,
)
from bench.data.streams import Streams

COLUMNS = {
    "parties_customer": "id, name, phone, fax, address, order_email, requires_second_factor,"
    " number, salesperson_id, deputy_id, group_id, seller_id",
    "parties_site": "id, name, address, phone, closed, customer_id, seller_id, region",
    "parties_person": "id, password, is_superuser, email, name, phone, language, time_zone,"
    " is_active, is_staff, date_joined",
    "parties_membership": "id, role, all_sites, active, customer_id, person_id",
    "fleet_equipment": "id, serial_number, asset_tag, location, retired, customer_id, model_id,"
    " seller_id, site_id",
    "pricing_priceagreement": "id, currency, unit_price, first_day, note, consumable_id,"
    " customer_id, seller_id",
    "pricing_pricebreak": "id, min_quantity, unit_price, agreement_id",
}


@dataclass(frozen=True)
class Bases:
    """The highest ids that were there before."""

    person: int
    membership: int
    agreement: int


@dataclass(frozen=True)
class Customers:
    """Everything about a customer follows from its number: 0, 1, 2 …; its id is one more."""

    size: Size
    houses: Houses
    bases: Bases

    def maker(self, customer: int) -> int:
        """Which maker's machines it has: all of one, so that an order never splits."""
        return customer % MAKERS

    def machines(self, customer: int) -> range:
        """The ids of its machines."""
        if customer < ALIKE:
            return range(1 + customer * THEIR_MACHINES, 1 + (customer + 1) * THEIR_MACHINES)
        first = 1 + ALIKE * THEIR_MACHINES + (customer - ALIKE) * self.size.each_machines
        return range(first, first + self.size.each_machines)

    def model(self, customer: int, machine: int) -> tuple[int, list[int]]:
        """The machine's model and what it takes; an alike customer's take five each."""
        shelf = self.houses.shelves[self.maker(customer)]
        if customer < ALIKE:
            fives = [model for model in shelf[:8] if len(model[1]) == 5]
            return fives[machine % len(fives)]
        return shelf[mixed(machine, 1) % len(shelf)]

    def buyer(self, customer: int, turn: int) -> int:
        """The id of the person who buys; an alike customer has several."""
        if customer < ALIKE:
            return self.bases.person + 1 + customer * THEIR_BUYERS + turn % THEIR_BUYERS
        return self.bases.person + 1 + ALIKE * THEIR_BUYERS + customer - ALIKE

    def seller(self, customer: int) -> int:
        """The id of its seller."""
        return self.houses.sellers[self.houses.seller_of(customer)]

    def agreed(self, customer: int) -> list[int]:
        """The consumables that it has a price of its own for: all of its maker's come first."""
        maker = self.maker(customer)
        order = [*range(maker, MAKERS), *range(maker)]
        return [item for m in order for item in self.houses.items[m]][:AGREED]

    def agreement(self, customer: int, item: int) -> int:
        """The id of its agreement on one of its maker's consumables."""
        first = self.houses.items[self.maker(customer)][0]
        return self.bases.agreement + 1 + customer * AGREED + item - first


def own_price(item: int) -> int:
    """What customers pay for a consumable, in yen."""
    return price_of(item) * 9 // 10


def write_customers(out: Streams, all_of_them: Customers) -> None:
    """All customers with all that they have from the beginning."""
    for customer in range(all_of_them.size.customers):
        _customer(out, all_of_them, customer)
        _buyers(out, all_of_them, customer)
        _machines(out, all_of_them, customer)
        _agreements(out, all_of_them, customer)


def _customer(out: Streams, own: Customers, c: int) -> None:
    houses, seller = own.houses, own.seller(c)
    salesperson, deputy = houses.salesperson_of(c), houses.salesperson_of(c, 1)
    group = houses.groups[houses.seller_of(c)][mixed(c, 2) % GROUPS]
    name, phone = f"Customer {c:06d}", "+81 3-5555-0200"
    facts = (c + 1, name, phone, "", "Tokyo", f"c{c}@bench.example", "f", f"K-{c:06d}")
    out.put("parties_customer", *facts, salesperson, deputy, group, seller)
    site = ("Head office", f"{c} Office street", "", "f", c + 1, seller, f"Region {c % 47}")
    out.put("parties_site", c + 1, *site)


def _buyers(out: Streams, own: Customers, c: int) -> None:
    for turn in range(THEIR_BUYERS if c < ALIKE else 1):
        person, bases = own.buyer(c, turn), own.bases
        email = f"buyer{c}-{turn}@bench.example"
        facts = (email, f"Buyer {c}-{turn}", "", "en", "Asia/Tokyo", "t", "f", LONG_AGO)
        out.put("parties_person", person, own.houses.password, "f", *facts)
        membership = bases.membership + person - bases.person
        out.put("parties_membership", membership, "buyer", "t", "t", c + 1, person)


def _machines(out: Streams, own: Customers, c: int) -> None:
    for machine in own.machines(c):
        facts = (f"SN{machine:08d}", f"A{machine}", f"Floor {machine % 7}", "f", c + 1)
        model, _takes = own.model(c, machine)
        out.put("fleet_equipment", machine, *facts, model, own.seller(c), c + 1)


def _agreements(out: Streams, own: Customers, c: int) -> None:
    for turn, item in enumerate(own.agreed(c)):
        pk, price = own.bases.agreement + 1 + c * AGREED + turn, own_price(item)
        facts = ("JPY", price, LONG_AGO, "", item, c + 1, own.seller(c))
        out.put("pricing_priceagreement", pk, *facts)
        if turn % 25 == 0:
            out.put("pricing_pricebreak", pk, 50, price - 1, pk)
