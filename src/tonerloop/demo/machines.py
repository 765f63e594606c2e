"""The installed machines: serial numbers in each maker's way, asset tags in the customer's."""

from random import Random

from tonerloop.demo.cast import Account, Cast
from tonerloop.demo.reading import table_of
from tonerloop.fleet.models import Equipment

LETTERS = "BCDFGHJKLMNPRSTVWXYZ"


def install(cast: Cast) -> None:
    """Put every machine of the table at its site."""
    dice, tags = Random(1981), _tags()
    for key, sites in table_of("fleet").items():
        account = cast.accounts[key]
        machines = [
            _machine(cast, account, site, model, location, dice)
            for site, rows in sites.items()
            for model, location in rows
        ]
        for count, machine in enumerate(machines, start=1):
            machine.asset_tag = f"{tags[key]}-{1000 + 7 * count}"
        account.machines = Equipment.objects.bulk_create(machines)


def _tags() -> dict[str, str]:
    sellers = table_of("parties")["sellers"]
    return {row["key"]: row["tag"] for seller in sellers for row in seller["customers"]}


def _machine(
    cast: Cast, account: Account, site: str, model: str, location: str, dice: Random
) -> Equipment:
    type_of = cast.shelf.models[model]
    return Equipment(
        seller=account.customer.seller,
        customer=account.customer,
        site=account.sites[site],
        model=type_of,
        serial_number=serial_number(type_of.manufacturer.name, dice),
        location=location,
    )


def serial_number(maker: str, dice: Random) -> str:
    """A serial number as this manufacturer prints it on the plate."""
    letters = "".join(dice.choices(LETTERS, k=3))
    number = dice.randrange(10**5, 10**6)
    match maker:
        case "HP":
            return f"VNB{letters[0]}{number}"
        case "Canon":
            return f"{letters}{number % 10**5:05d}"
        case "Kyocera":
            return f"{letters[0]}{letters[1]}{dice.randrange(1, 9)}{number}{dice.randrange(10)}"
        case "Brother":
            return f"E{number:06d}{letters[0]}{dice.randrange(1, 9)}N{dice.randrange(10**5, 10**6)}"
        case _:
            return f"3{number % 1000:03d}{letters[:2]}{number:06d}"
