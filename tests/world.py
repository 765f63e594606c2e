"""The cast: two of each party, so that there is always a rival. Names are the same everywhere."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password

from tonerloop.catalogue.models import Colour, Compatibility, Consumable, EquipmentModel, Kind
from tonerloop.collection.actions.registering import register
from tonerloop.collection.actions.requesting import Wish, ask_for_collection
from tonerloop.collection.models import CollectionRequest, Registration
from tonerloop.common.actor import Actor, Role
from tonerloop.fleet.models import Equipment
from tonerloop.orders.actions import place
from tonerloop.orders.basket import open_basket, set_quantities
from tonerloop.orders.models import Order
from tonerloop.orders.quote import quote
from tonerloop.parties.actor import actor_of, current_membership
from tonerloop.parties.models import (
    Collector,
    Customer,
    CustomerGroup,
    Manufacturer,
    Membership,
    Person,
    RecoveryCentre,
    Seller,
    Site,
    TaxRate,
)
from tonerloop.points.models import Rule
from tonerloop.pricing.models import PriceAgreement, PriceBreak, PurchasePrice

LONG_AGO = date(2020, 1, 1)
PASSWORD = "demo"


@dataclass
class World:
    """Everybody and everything a test may need; actors are made by `world.actor(person)`."""

    seller: Seller
    rival_seller: Seller
    maker: Manufacturer
    rival_maker: Manufacturer
    office: Customer  # the customer that most tests order for
    rival_office: Customer  # another customer of the same seller
    foreign_office: Customer  # a customer of the rival seller
    group: CustomerGroup
    head: Site
    branch: Site
    copier: Equipment  # at head
    printer: Equipment  # at branch
    black: Consumable
    cyan: Consumable
    drum: Consumable  # price on request: no agreement
    other_black: Consumable  # a substitute for black
    rival_toner: Consumable  # made by rival_maker, fits the printer
    misfit: Consumable  # fits no machine of office
    buyer: Person
    branch_buyer: Person  # only for branch
    rival_buyer: Person
    foreign_buyer: Person
    sales: Person
    deputy: Person
    rival_sales: Person  # a salesperson of the rival seller
    other_sales: Person  # same seller, other customers
    back_office: Person
    rival_back_office: Person
    desk: Person
    rival_desk: Person
    operator: Person
    collector: Collector
    rival_collector: Collector
    centre: RecoveryCentre
    rival_centre: RecoveryCentre
    dispatcher: Person
    driver: Person
    clerk: Person
    rival_dispatcher: Person
    rival_driver: Person
    rival_clerk: Person

    def actor(self, person: Person) -> Actor:
        """The person's actor in their first role."""
        membership = current_membership(person.pk, None)
        assert membership is not None
        return actor_of(membership)

    def place(self, quantities: dict[tuple[int, int], int] | None = None) -> Order:
        """An order by the buyer: 2 black and 1 cyan for the copier unless told otherwise."""
        pairs = {(self.copier.pk, self.black.pk): 2, (self.copier.pk, self.cyan.pk): 1}
        return self.place_all(quantities or pairs)[0]

    def place_all(self, quantities: dict[tuple[int, int], int]) -> list[Order]:
        """All orders that these quantities become, placed by the buyer."""
        key, seen = self.reviewed(quantities)
        return place(key, seen=seen, by=self.actor(self.buyer))

    def rule(self, **changes: object) -> Rule:
        """The seller's points rule: 10 for a reusable piece, 4 for a recyclable one, ¥5 each."""
        facts = {
            "issuer_seller": self.seller,
            "name": "Loop points",
            "first_day": LONG_AGO,
            "per_reusable": 10,
            "per_recyclable": 4,
            "point_value": Decimal(5),
            "currency": "JPY",
        }
        return Rule.objects.create(**{**facts, **changes})

    def registered(self, way: str = "box") -> Registration:
        """The office takes part in the collection service."""
        by = self.actor(self.buyer)
        return register(site_id=self.head.pk, contact="Bea", phone="", way=way, by=by)

    def collection(self, pieces: int = 3, way: str = "pieces") -> CollectionRequest:
        """A collection request of the registered office, with its labels."""
        wish = Wish(site_id=self.head.pk, way=way, pieces=pieces)
        return ask_for_collection(wish, key=uuid4(), by=self.actor(self.buyer))

    def reviewed(self, quantities: dict[tuple[int, int], int]) -> tuple[UUID, dict[str, str]]:
        """A basket's key and what its review shows, ready to be placed."""
        by = self.actor(self.buyer)
        set_quantities(quantities, by=by)
        basket = open_basket(by)
        return basket.key, quote(basket, by=by).seen()


def person(name: str, **extra: object) -> Person:
    """Somebody with an address made from the name and the password `demo`."""
    email = name.lower().replace(" ", ".") + "@example.com"
    return Person.objects.create(email=email, password=_hashed(), name=name, **extra)


@cache
def _hashed() -> str:
    # Once for everybody: a good hash is slow, that is what makes it good.
    return make_password(PASSWORD)


def make_world() -> World:
    """Build the cast in the database."""
    collector = Collector.objects.create(name="Green Loop", time_zone="Asia/Tokyo")
    rival_collector = Collector.objects.create(name="Rival Loop", time_zone="Europe/Dublin")
    seller = _seller("Kanda Supplies", "JPY", "Asia/Tokyo", collector)
    rival_seller = _seller("Rival Supplies", "EUR", "Europe/Dublin", rival_collector)
    maker = Manufacturer.objects.create(name="Canon", order_email="desk@canon.example")
    rival_maker = Manufacturer.objects.create(name="Kyocera", order_email="desk@kyocera.example")
    sales, deputy = person("Sato Sales"), person("Dora Deputy")
    rival_sales, other_sales = person("Rita Rival"), person("Otto Other")
    group = CustomerGroup.objects.create(seller=seller, name="Law firms")
    office = _customer(seller, "Mori Law", "K-1", sales, deputy=deputy, group=group)
    rival_office = _customer(seller, "Hill Clinic", "K-2", other_sales)
    foreign_office = _customer(rival_seller, "Foreign Ltd", "R-1", rival_sales)
    head = _site(office, "Head office")
    branch = _site(office, "Branch")
    rival_site = _site(rival_office, "Clinic")
    _site(foreign_office, "Dock")
    model = EquipmentModel.objects.create(manufacturer=maker, name="iR-ADV C3530")
    printer_model = EquipmentModel.objects.create(manufacturer=rival_maker, name="ECOSYS P3155")
    unused_model = EquipmentModel.objects.create(manufacturer=maker, name="LBP-9000")
    black = _consumable(maker, "NPG-67-BK", Kind.TONER, Colour.BLACK, model)
    other_black = _consumable(maker, "NPG-67-BK-L", Kind.TONER, Colour.BLACK, model)
    cyan = _consumable(maker, "NPG-67-C", Kind.TONER, Colour.CYAN, model)
    drum = _consumable(maker, "NPG-67-DR", Kind.DRUM, Colour.NONE, model)
    rival_toner = _consumable(rival_maker, "TK-3160", Kind.TONER, Colour.BLACK, printer_model)
    misfit = _consumable(maker, "CRG-9000", Kind.TONER, Colour.BLACK, unused_model)
    copier = _equipment(office, head, model, "C-1001", "3rd floor, copy room")
    printer = _equipment(office, branch, printer_model, "P-2001", "Reception")
    _equipment(rival_office, rival_site, model, "C-1002", "Ward 1")
    for item, price in ((black, 9000), (cyan, 12000), (rival_toner, 8000), (misfit, 5000)):
        _agreement(seller, item, price)
    _agreement(seller, other_black, 14000)
    _agreement(seller, black, 8500, group=group)
    special = _agreement(seller, black, 8000, customer=office)
    PriceBreak.objects.create(agreement=special, min_quantity=10, unit_price=Decimal(7500))
    _agreement(seller, black, 4321, customer=rival_office)
    for item in (black, cyan, drum):
        PurchasePrice.objects.create(
            seller=seller,
            manufacturer=maker,
            consumable=item,
            currency="JPY",
            unit_price=Decimal(5000),
            first_day=LONG_AGO,
        )
    world = World(
        seller=seller,
        rival_seller=rival_seller,
        maker=maker,
        rival_maker=rival_maker,
        office=office,
        rival_office=rival_office,
        foreign_office=foreign_office,
        group=group,
        head=head,
        branch=branch,
        copier=copier,
        printer=printer,
        black=black,
        cyan=cyan,
        drum=drum,
        other_black=other_black,
        rival_toner=rival_toner,
        misfit=misfit,
        buyer=person("Bea Buyer"),
        branch_buyer=person("Bob Branch"),
        rival_buyer=person("Ray Rival"),
        foreign_buyer=person("Fay Foreign"),
        sales=sales,
        deputy=deputy,
        rival_sales=rival_sales,
        other_sales=other_sales,
        back_office=person("Bo Backoffice"),
        rival_back_office=person("Ron Rival"),
        desk=person("Dan Desk"),
        rival_desk=person("Dee Rivaldesk"),
        operator=person("Olga Operator", is_staff=True, is_superuser=True),
        collector=collector,
        rival_collector=rival_collector,
        centre=RecoveryCentre.objects.create(
            collector=collector, name="Chiba", address="9 Port road\nChiba"
        ),
        rival_centre=RecoveryCentre.objects.create(
            collector=rival_collector, name="Cork", address="2 Mill lane\nCork"
        ),
        dispatcher=person("Dana Dispatch"),
        driver=person("Dirk Driver"),
        clerk=person("Clara Clerk"),
        rival_dispatcher=person("Dorian Rivaldispatch"),
        rival_driver=person("Dora Rivaldriver"),
        rival_clerk=person("Carl Rivalclerk"),
    )
    _memberships(world)
    return world


def _memberships(world: World) -> None:
    member = Membership.objects.create
    member(person=world.buyer, role=Role.BUYER, customer=world.office, all_sites=True)
    narrowed = member(person=world.branch_buyer, role=Role.BUYER, customer=world.office)
    narrowed.sites.add(world.branch)
    member(person=world.rival_buyer, role=Role.BUYER, customer=world.rival_office, all_sites=True)
    member(
        person=world.foreign_buyer, role=Role.BUYER, customer=world.foreign_office, all_sites=True
    )
    for one in (world.sales, world.deputy, world.other_sales):
        member(person=one, role=Role.SALESPERSON, seller=world.seller)
    member(person=world.rival_sales, role=Role.SALESPERSON, seller=world.rival_seller)
    member(person=world.back_office, role=Role.BACK_OFFICE, seller=world.seller)
    member(person=world.rival_back_office, role=Role.BACK_OFFICE, seller=world.rival_seller)
    member(person=world.desk, role=Role.ORDER_DESK, manufacturer=world.maker)
    member(person=world.rival_desk, role=Role.ORDER_DESK, manufacturer=world.rival_maker)
    member(person=world.dispatcher, role=Role.DISPATCHER, collector=world.collector)
    member(person=world.driver, role=Role.DRIVER, collector=world.collector)
    member(person=world.clerk, role=Role.CLERK, centre=world.centre)
    member(person=world.rival_dispatcher, role=Role.DISPATCHER, collector=world.rival_collector)
    member(person=world.rival_driver, role=Role.DRIVER, collector=world.rival_collector)
    member(person=world.rival_clerk, role=Role.CLERK, centre=world.rival_centre)


def _seller(name: str, currency: str, zone: str, collector: Collector) -> Seller:
    seller = Seller.objects.create(
        name=name,
        collector=collector,
        currency=currency,
        time_zone=zone,
        phone="+81 3-5555-0100",
        fax="+81 3-5555-0199",
        address="1-2-3 Kanda\nTokyo",
        order_email=f"orders@{name.split()[0].lower()}.example",
    )
    TaxRate.objects.create(seller=seller, percent=Decimal(10))
    return seller


def _customer(
    seller: Seller,
    name: str,
    number: str,
    salesperson: Person,
    *,
    deputy: Person | None = None,
    group: CustomerGroup | None = None,
) -> Customer:
    return Customer.objects.create(
        seller=seller,
        name=name,
        number=number,
        salesperson=salesperson,
        deputy=deputy,
        group=group,
        phone="+81 3-5555-0200",
    )


def _site(customer: Customer, name: str) -> Site:
    return Site.objects.create(
        seller=customer.seller, customer=customer, name=name, address=f"{name} street 1"
    )


def _consumable(
    maker: Manufacturer, part_number: str, kind: Kind, colour: Colour, model: EquipmentModel
) -> Consumable:
    consumable = Consumable.objects.create(
        manufacturer=maker,
        part_number=part_number,
        kind=kind,
        colour=colour,
        page_yield=20000,
        collectable=kind == Kind.TONER,
    )
    Compatibility.objects.create(equipment_model=model, consumable=consumable)
    return consumable


def _equipment(
    customer: Customer, site: Site, model: EquipmentModel, serial: str, location: str
) -> Equipment:
    return Equipment.objects.create(
        seller=customer.seller,
        customer=customer,
        site=site,
        model=model,
        serial_number=serial,
        location=location,
    )


def _agreement(
    seller: Seller,
    consumable: Consumable,
    price: int,
    *,
    customer: Customer | None = None,
    group: CustomerGroup | None = None,
) -> PriceAgreement:
    return PriceAgreement.objects.create(
        seller=seller,
        customer=customer,
        group=group,
        consumable=consumable,
        currency=seller.currency,
        unit_price=Decimal(price),
        first_day=LONG_AGO,
    )
