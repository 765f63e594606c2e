"""The parties: manufacturers, two sellers, six customers, and everybody who works there."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password

from tonerloop.common.actor import Role
from tonerloop.demo.cast import Account, Cast, House, Maker
from tonerloop.demo.reading import table_of
from tonerloop.parties.models import (
    Customer,
    CustomerGroup,
    Manufacturer,
    Membership,
    Person,
    Seller,
    Site,
    TaxRate,
)

PASSWORD = "demo"  # noqa: S105 - of the demo alone, and printed with its log-ins
CONTACT = ("name", "phone", "fax", "address", "order_email")


class Register:
    """Everybody once by address, all with the demo's password, hashed a single time."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.password = make_password(PASSWORD)

    def person(self, row: dict[str, Any], **usual: Any) -> Person:
        """The person with this address; made when met for the first time."""
        email = row["email"]
        if email not in self.people:
            facts: dict[str, Any] = {k: row[k] for k in ("name", "phone", "language") if k in row}
            known = usual | facts | {"email": email, "password": self.password}
            self.people[email] = Person.objects.create(**known)
        return self.people[email]


def invite() -> Cast:
    """Make all parties of the demo; the shelf and the machines come later."""
    table, register, cast = table_of("parties"), Register(), Cast()
    zone = table["operator"].pop("time_zone")
    register.person(table["operator"], time_zone=zone, is_staff=True, is_superuser=True)
    for key, row in table["manufacturers"].items():
        cast.makers[key] = _maker(row, register)
    for row in table["sellers"]:
        cast.houses[row["key"]] = _house(row, register)
    return cast


def _maker(row: dict[str, Any], register: Register) -> Maker:
    usual = {"language": row["language"], "time_zone": row["time_zone"]}
    party = Manufacturer.objects.create(**_contact(row), **usual)
    desk = [register.person(who, phone=party.phone, **usual) for who in row["desk"]]
    for one in desk:
        Membership.objects.create(person=one, role=Role.ORDER_DESK, manufacturer=party)
    return Maker(party, desk)


def _contact(row: dict[str, Any]) -> dict[str, str]:
    return {key: row[key] for key in CONTACT}


def _house(row: dict[str, Any], register: Register) -> House:
    usual = {"language": row["language"], "time_zone": row["time_zone"]}
    more = {"currency": row["currency"], "confirms_by_mail": row.get("confirms_by_mail", False)}
    house = House(Seller.objects.create(**_contact(row), **usual, **more))
    for product_class, percent in row["tax"].items():
        rate = {"product_class": product_class, "percent": Decimal(percent)}
        TaxRate.objects.create(seller=house.seller, **rate)
    for name in row["groups"]:
        house.groups[name] = CustomerGroup.objects.create(seller=house.seller, name=name)
    house.salespeople = [register.person(who, **usual) for who in row["salespeople"]]
    house.back_office = [register.person(who, **usual) for who in row["back_office"]]
    for role, staff in (
        (Role.SALESPERSON, house.salespeople),
        (Role.BACK_OFFICE, house.back_office),
    ):
        for one in staff:
            Membership.objects.create(person=one, role=role, seller=house.seller)
    for customer in row["customers"]:
        house.accounts[customer["key"]] = _account(house, customer, register, usual)
    return house


def _account(
    house: House, row: dict[str, Any], register: Register, usual: dict[str, str]
) -> Account:
    customer = Customer.objects.create(
        seller=house.seller,
        number=row["number"],
        group=house.groups.get(row["group"]),
        salesperson=register.people[row["salesperson"]],
        deputy=register.people[row["deputy"]],
        **_contact(row),
    )
    account = Account(customer)
    for site in row["sites"]:
        facts = {key: site[key] for key in ("name", "address", "phone")}
        facts["region"] = site.get("region", "")
        made = Site.objects.create(seller=house.seller, customer=customer, **facts)
        account.sites[site["key"]] = made
    for who in row["buyers"]:
        account.buyers.append(_buyer(account, who, register.person(who, **usual)))
    return account


def _buyer(account: Account, row: dict[str, Any], person: Person) -> tuple[Person, list[Site]]:
    """A buyer's role: for all sites of the customer, or for those that are named."""
    sites = [account.sites[key] for key in row.get("sites", account.sites)]
    narrowed = "sites" in row
    membership = Membership.objects.create(
        person=person,
        role=Role.BUYER,
        customer=account.customer,
        all_sites=not narrowed,
    )
    if narrowed:
        membership.sites.set(sites)
    return person, sites
