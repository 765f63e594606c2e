"""Machines and what fits them, in the shape that a large maker's catalogue has.

Families of machines that take the same consumables: one printer takes 1 to 12, one consumable
fits up to 60 printers, by shares counted in a published compatibility list.
"""

from random import Random

from bench.data.known import Shelf
from tonerloop.catalogue.models import Colour, Compatibility, Consumable, EquipmentModel, Kind
from tonerloop.parties.models import Manufacturer

MODELS = 160  # of each maker
TAKES = {1: 42, 2: 14, 3: 3, 4: 24, 5: 9, 6: 3, 7: 2, 8: 2, 12: 1}  # consumables: share of models
FITS = {1: 13, 2: 8, 3: 8, 5: 21, 7: 22, 9: 9, 12: 8, 19: 6, 38: 3, 60: 2}  # printers: share
COLOURS = (Colour.BLACK, Colour.CYAN, Colour.MAGENTA, Colour.YELLOW)


def fill_shelf(maker: Manufacturer, turn: int, seed: int) -> Shelf:
    """The maker's models with what fits each; at least one takes five."""
    dice, families, left = Random(f"{seed}/{turn}"), [(5, 8)], MODELS - 8
    while left > 0:
        takes = dice.choices(list(TAKES), [TAKES[n] / n for n in TAKES])[0]
        printers = min(left, dice.choices(list(FITS), list(FITS.values()))[0])
        families.append((takes, printers))
        left -= printers
    shelf: Shelf = []
    for number, (takes, printers) in enumerate(families):
        items = Consumable.objects.bulk_create(
            _item(maker, turn, number, n) for n in range(1, takes + 1)
        )
        models = EquipmentModel.objects.bulk_create(
            EquipmentModel(manufacturer=maker, name=f"{maker.name} {number:02d}-{n:02d}")
            for n in range(1, printers + 1)
        )
        Compatibility.objects.bulk_create(
            Compatibility(equipment_model=model, consumable=item)
            for model in models
            for item in items
        )
        shelf += [(model.pk, [item.pk for item in items]) for model in models]
    return shelf


def _item(maker: Manufacturer, turn: int, family: int, n: int) -> Consumable:
    toner = n <= len(COLOURS)
    return Consumable(
        manufacturer=maker,
        part_number=f"{'TDX'[0 if toner else 1]}{turn}{family:02d}-{n:02d}",
        name=f"{'Toner' if toner else 'Drum'} {family}-{n}",
        kind=Kind.TONER if toner else Kind.DRUM,
        colour=COLOURS[n - 1] if toner else Colour.NONE,
        page_yield=5_000 + 1_000 * n,
        collectable=toner,
        lead_days=2 + n % 3,
    )
