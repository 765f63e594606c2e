"""The few rows that everything else refers to: sellers, makers, the collector, their people."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.contrib.auth.hashers import make_password

from bench.data.catalogue import Shelf, fill_shelf
from bench.data.sizes import Size
from tonerloop.common.actor import Role
from tonerloop.parties.models import (
    Collector,
    CustomerGroup,
    Manufacturer,
    Membership,
    Person,
    RecoveryCentre,
    Seller,
    TaxRate,
)
from tonerloop.points.models import Reward, Rule
from tonerloop.pricing.models import PriceAgreement, PurchasePrice

PASSWORD = "demo"  # noqa: S105 - of generated people alone
MAKERS, GROUPS, CUSTOMERS_OF_ONE = 5, 20, 100
EACH_SECOND_SELLERS = 50  # one customer in so many is the rival seller's
LONG_AGO = date(2020, 1, 1)


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


def build_houses(size: Size, seed: int) -> Houses:
    """Make them through the models."""
    houses = Houses(password=make_password(PASSWORD))
    _collect(houses)
    for n in range(MAKERS):
        maker = Manufacturer.objects.create(name=f"Maker {n}", order_email=f"desk{n}@maker.example")
        desk = _person(houses, f"desk{n}", Role.ORDER_DESK, manufacturer=maker)
        shelf = fill_shelf(maker, n, seed)
        houses.makers.append(maker.pk)
        houses.desks.append(desk.pk)
        houses.shelves.append(shelf)
        houses.items.append(sorted({item for _model, takes in shelf for item in takes}))
    for n, customers in enumerate((size.customers, size.customers // EACH_SECOND_SELLERS)):
        _sell(houses, n, 2 + customers // CUSTOMERS_OF_ONE)
    return houses


def _collect(houses: Houses) -> None:
    collector = Collector.objects.create(name="Loop", time_zone="Asia/Tokyo")
    centre = RecoveryCentre.objects.create(collector=collector, name="Chiba", address="Chiba")
    houses.collector, houses.centre = collector.pk, centre.pk
    _person(houses, "dispatcher", Role.DISPATCHER, collector=collector)
    houses.driver = _person(houses, "driver", Role.DRIVER, collector=collector).pk
    houses.clerk = _person(houses, "clerk", Role.CLERK, centre=centre).pk


def _sell(houses: Houses, n: int, salespeople: int) -> None:
    seller = Seller.objects.create(
        name=f"Seller {n}",
        currency="JPY",
        time_zone="Asia/Tokyo",
        collector_id=houses.collector,
        order_email=f"orders@seller{n}.example",
    )
    TaxRate.objects.create(seller=seller, percent=Decimal(10))
    _person(houses, f"office{n}", Role.BACK_OFFICE, seller=seller)
    sales = range(salespeople)
    people = [_person(houses, f"sales{n}-{m}", Role.SALESPERSON, seller=seller).pk for m in sales]
    groups = [
        CustomerGroup.objects.create(seller=seller, name=f"Group {g}").pk for g in range(GROUPS)
    ]
    houses.sellers.append(seller.pk)
    houses.salespeople.append(people)
    houses.groups.append(groups)
    _price(houses, seller.pk, groups)
    rule = Rule.objects.create(
        issuer_seller=seller,
        name="Loop points",
        first_day=LONG_AGO,
        per_reusable=100,
        per_recyclable=40,
        months_valid=60,
        point_value=Decimal(1),
        currency="JPY",
    )
    houses.rules.append(rule.pk)
    Reward.objects.create(seller=seller, kind="donation", name="A tree", points=1)


def _price(houses: Houses, seller: int, groups: list[int]) -> None:
    """Of everything a list price, what the seller pays, and a price for each group."""
    usual = {"seller_id": seller, "currency": "JPY", "first_day": LONG_AGO}
    agreed, bought = [], []
    for maker, items in zip(houses.makers, houses.items, strict=True):
        for item in items:
            price, facts = Decimal(price_of(item)), {**usual, "consumable_id": item}
            agreed.append(PriceAgreement(unit_price=price, **facts))
            agreed += [
                PriceAgreement(unit_price=price - 100, group_id=group, **facts) for group in groups
            ]
            bought.append(PurchasePrice(unit_price=price / 2, manufacturer_id=maker, **facts))
    PriceAgreement.objects.bulk_create(agreed, batch_size=5000)
    PurchasePrice.objects.bulk_create(bought)


def _person(houses: Houses, name: str, role: Role, **organisation: object) -> Person:
    email = f"{name}@bench.example"
    made = Person.objects.create(email=email, name=name.title(), password=houses.password)
    Membership.objects.create(person=made, role=role, **organisation)
    return made
