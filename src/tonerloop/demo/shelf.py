"""The catalogue: real model names and part numbers of five manufacturers.

Yields, weights and prices are plausible figures. GTINs carry GS1's prefix 952, which is set
aside for examples, since the real ones are the manufacturers' to give.
"""

from decimal import Decimal
from typing import Any

from tonerloop.catalogue.models import Compatibility, Consumable, EquipmentModel, Kind
from tonerloop.demo.cast import Maker, Shelf
from tonerloop.demo.reading import table_of

COLLECTABLE = {Kind.TONER, Kind.TONER_BOTTLE, Kind.DRUM}


def fill_shelf(makers: dict[str, Maker]) -> Shelf:
    """Put models, consumables and what fits what into the catalogue."""
    shelf, fits = Shelf(), []
    for name, table in table_of("catalogue").items():
        maker = makers[name]
        items = [_consumable(maker, row) for row in table["consumables"]]
        shelf.items.update({i.part_number: i for i in Consumable.objects.bulk_create(items)})
        shelf.euros.update({row[0]: Decimal(row[7]) for row in table["consumables"]})
        fits += [_family(maker, shelf, family) for family in table["families"]]
    Compatibility.objects.bulk_create([one for family in fits for one in family])
    return shelf


def _consumable(maker: Maker, row: list[Any]) -> Consumable:
    part_number, name, kind, colour, pages, weight, lead_days, _euros, active, gtin = row
    return Consumable(
        manufacturer=maker.party,
        part_number=part_number,
        name=name,
        kind=kind,
        colour=colour,
        page_yield=pages,
        weight_g=weight,
        gtin=gtin,
        collectable=kind in COLLECTABLE,
        product_class="service_part" if kind == Kind.OTHER else "standard",
        lead_days=lead_days,
        active=active,
    )


def _family(maker: Maker, shelf: Shelf, family: dict[str, list[str]]) -> list[Compatibility]:
    """Models that take the same consumables."""
    named = [EquipmentModel(manufacturer=maker.party, name=name) for name in family["models"]]
    models = EquipmentModel.objects.bulk_create(named)
    taken = [shelf.items[part] for part in family["takes"]]
    shelf.models.update({model.name: model for model in models})
    shelf.takes.update({model.pk: taken for model in models})
    return [Compatibility(equipment_model=m, consumable=c) for m in models for c in taken]
