"""What a buyer would order: consumables of one manufacturer for the machines of one site."""

from datetime import date
from random import Random

from tonerloop.catalogue.models import Colour, Consumable, Kind
from tonerloop.demo.cast import Account, Shelf
from tonerloop.demo.draft import Wanted
from tonerloop.fleet.models import Equipment
from tonerloop.parties.models import Site
from tonerloop.pricing.prices import Price, prices_for

Pair = tuple[Equipment, Consumable]


def prices_on(account: Account, items: list[Consumable], day: date) -> dict[int, Price]:
    """This customer's prices on a day."""
    customer = account.customer
    return prices_for(
        seller_id=customer.seller_id,
        customer_id=customer.pk,
        group_id=customer.group_id,
        day=day,
        consumables=[item.pk for item in items],
    )


def choose(
    account: Account,
    site: Site,
    shelf: Shelf,
    day: date,
    dice: Random,
    *,
    much: int = 1,
) -> list[Wanted]:
    """One to four lines with prices in one currency; empty where the machine takes nothing."""
    machines = [machine for machine in account.machines if machine.site_id == site.pk]
    first = dice.choice(machines)
    maker = first.model.manufacturer_id
    pairs = _for_machine(first, shelf, dice)
    others = [m for m in machines if m is not first and m.model.manufacturer_id == maker]
    if others and dice.random() < 0.35:
        pairs += _for_machine(dice.choice(others), shelf, dice)[:2]
    once = {item.pk: (machine, item) for machine, item in pairs[:5]}
    prices = prices_on(account, [item for _machine, item in once.values()], day)
    priced = [pair for pair in once.values() if prices[pair[1].pk].unit_price is not None]
    currency = prices[priced[0][1].pk].currency if priced else ""
    return [
        Wanted(item=item, quantity=_pieces(item, dice, much), price=price, machine=machine)
        for machine, item in priced
        if (price := prices[item.pk]).currency == currency
    ]


def _for_machine(machine: Equipment, shelf: Shelf, dice: Random) -> list[Pair]:
    """What this machine runs out of: mostly black, sometimes all colours, rarely a part."""
    takes = [item for item in shelf.takes[machine.model_id] if item.active]
    black = [i for i in takes if i.colour == Colour.BLACK]
    rest = [i for i in takes if i.colour == Colour.NONE]
    colours = [i for i in takes if i.colour not in (Colour.BLACK, Colour.NONE)]
    chosen = dice.sample(black, min(1, len(black)))
    if colours and dice.random() < 0.6:
        series = dice.choice(colours).name[:5]
        chosen += [i for i in colours if i.name[:5] == series][: dice.choice((1, 3, 3))]
    if rest and dice.random() < 0.3:
        chosen.append(dice.choice(rest))
    return [(machine, item) for item in chosen or rest]


def _pieces(item: Consumable, dice: Random, much: int) -> int:
    if item.kind in (Kind.TONER, Kind.TONER_BOTTLE, Kind.INK):
        return dice.choice((1, 1, 2, 2, 2, 3, 4, 6)) * much
    return dice.choice((1, 1, 1, 2))


def misfit(account: Account, shelf: Shelf, maker_id: int, dice: Random) -> Consumable:
    """An orderable toner of this manufacturer that fits none of the customer's machines."""
    own = {item.pk for machine in account.machines for item in shelf.takes[machine.model_id]}
    strange = [
        item
        for item in shelf.items.values()
        if item.active and item.kind == Kind.TONER and item.pk not in own
    ]
    return dice.choice([i for i in strange if i.manufacturer_id == maker_id] or strange)
