"""The few rows that everything else refers to: sellers, makers, the collector, their people."""

from decimal import Decimal

from django.contrib.auth.hashers import make_password

from bench.data.catalogue import fill_shelf
from bench.data.known import (
    CUSTOMERS_OF_ONE,
    EACH_SECOND_SELLERS,
    GROUPS,
    LONG_AGO,
    MAKERS,
    PASSWORD,
    Houses,
    price_of,
)
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


def build_houses(size: Size, seed: int) -> Houses:
    """Make them through the models."""
    houses = Houses(password=make_password(PASSWORD))
    _collect(houses)
    for n in range(MAKERS):
        facts = {"name": f"Maker {n}", "order_email": f"desk{n}@maker.example"}
        maker = Manufacturer.objects.create(time_zone="Asia/Tokyo", **facts)
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
