"""The collectors of the demo with their people, one for each seller."""

from dataclasses import dataclass, field

from tonerloop.common.actor import Role
from tonerloop.demo.cast import Cast
from tonerloop.demo.reading import table_of
from tonerloop.parties.models import Collector, Membership, Person, RecoveryCentre, Seller
from tonerloop.points.models import Rule


@dataclass
class Loop:
    """A seller's way back: its collector, the people who fetch and count, its rule."""

    seller: Seller
    collector: Collector
    centre: RecoveryCentre
    dispatcher: Person
    driver: Person
    clerk: Person
    rule: Rule = field(init=False)


def found_loops(cast: Cast) -> dict[str, Loop]:
    """Make the collectors of the table, by the short name of their seller."""
    # Everybody's hash is the same one: hashing is slow, that is what makes it good.
    password = Person.objects.filter(is_superuser=True)[0].password
    return {
        row["seller"]: _loop(cast.houses[row["seller"]].seller, row, password)
        for row in table_of("collectors")
    }


def _loop(seller: Seller, row: dict[str, str], password: str) -> Loop:
    usual = {"language": seller.language, "time_zone": seller.time_zone}
    facts = {name: row[name] for name in ("name", "phone", "address")}
    collector = Collector.objects.create(**facts, **usual)
    centre = RecoveryCentre.objects.create(
        collector=collector, name=row["centre"], address=row["centre_address"]
    )
    seller.collector = collector
    seller.save(update_fields=["collector"])
    people = {}
    for role in (Role.DISPATCHER, Role.DRIVER, Role.CLERK):
        name, email = row[role.value].split("|")
        one = Person.objects.create(email=email, name=name, password=password, **usual)
        where = {"centre": centre} if role == Role.CLERK else {"collector": collector}
        Membership.objects.create(person=one, role=role, **where)
        people[role.value] = one
    return Loop(seller, collector, centre, **people)
