"""Filling the basket with many lines at once: from an earlier order, a saved list, a pasted one.

What cannot be ordered any more is left out and told, never a reason to drop the rest. Quantities
are set, so that doing it twice orders nothing twice. The number of queries does not grow with the
number of lines, but for misfits, each of which is recorded.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Prefetch

from tonerloop.catalogue.models import Consumable, EquipmentModel
from tonerloop.common.actor import Actor, known
from tonerloop.fleet.models import Equipment
from tonerloop.orders.basket import (
    ByNumber,
    open_basket,
    own_equipment,
    own_sites,
    put_by_number,
    set_quantities,
)
from tonerloop.orders.models import MAX_QUANTITY, BasketLine


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """So many of an item, for a machine or for none; `meant`: also if it fits no machine."""

    consumable: Consumable
    quantity: int
    equipment: Equipment | None = None
    site_id: int | None = None
    meant: bool = False


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A line that was not put in: `why` is "inactive", "machine", "misfit" or "site"."""

    wanted: Wanted
    why: str
    substitutes: tuple[Consumable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What went into the basket, which quantities in it were other ones before, what did not."""

    put: list[Wanted] = field(default_factory=list)
    replaced: list[tuple[Wanted, int]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@transaction.atomic
def fill(wanted: Sequence[Wanted], *, by: Actor) -> Filled:
    """Put these lines into the buyer's basket beside what is in it already."""
    rules = _Rules(wanted, by)
    judged = [(line, rules.why_not(line)) for line in _added_up(wanted)]
    put = [rules.placed(line) for line, why in judged if not why]
    before = _quantities(by)
    # A misfit that was not meant is asked about by nobody here, but counts as one prevented.
    _put(put, [line.consumable for line, why in judged if why == "misfit"], by)
    old = ((line, before.get(_key(line))) for line in put)
    return Filled(
        put=put,
        replaced=[(line, was) for line, was in old if was and was != line.quantity],
        left_out=_told([(line, why) for line, why in judged if why], by),
    )


def _put(lines: Sequence[Wanted], refused: Sequence[Consumable], by: Actor) -> None:
    pairs = {
        (line.equipment.pk, line.consumable.pk): line.quantity for line in lines if line.equipment
    }
    if pairs:
        set_quantities(pairs, by=by)
    others = [
        ByNumber(line.consumable, line.quantity, line.site_id or 0, line.meant)
        for line in lines
        if line.equipment is None
    ]
    put_by_number(others, refused=refused, by=by)


def _key(line: Wanted) -> tuple[int | None, int]:
    return (line.equipment.pk if line.equipment else None, line.consumable.pk)


def _quantities(by: Actor) -> dict[tuple[int | None, int], int]:
    lines = BasketLine.objects.filter(basket=open_basket(by))
    found = lines.values_list("equipment_id", "consumable_id", "quantity")
    return {(machine, item): quantity for machine, item, quantity in found}


def _added_up(wanted: Iterable[Wanted]) -> list[Wanted]:
    lines: dict[tuple[int | None, int], Wanted] = {}
    for line in wanted:
        before = lines.get(_key(line))
        total = line.quantity + (before.quantity if before else 0)
        lines[_key(line)] = replace(before or line, quantity=min(total, MAX_QUANTITY))
    return list(lines.values())


class _Rules:
    """What this buyer may order for which machine; looked up once for all lines."""

    def __init__(self, wanted: Sequence[Wanted], by: Actor) -> None:
        machines = {line.equipment.pk for line in wanted if line.equipment}
        found = own_equipment(by).filter(pk__in=machines)
        self.fitting = set(found.values_list("pk", "model__consumables"))
        self.machines = {machine for machine, _item in self.fitting}
        items = {line.consumable.pk for line in wanted if line.equipment is None}
        self.sites = list(own_sites(by).order_by("name").values_list("pk", flat=True))
        self.fits_somewhere = fitting_items(items, by=by) if items else set()

    def why_not(self, line: Wanted) -> str:
        """Why the line cannot be ordered; "" if it can."""
        if not line.consumable.active:
            return "inactive"
        if line.equipment:
            if line.equipment.pk not in self.machines:
                return "machine"
            pair = (line.equipment.pk, line.consumable.pk)
            return "" if pair in self.fitting else "misfit"
        if not self.sites:
            return "site"
        return "" if line.meant or line.consumable.pk in self.fits_somewhere else "misfit"

    def placed(self, line: Wanted) -> Wanted:
        """The line as it goes into the basket: to a site of the buyer's, flagged if a misfit."""
        if line.equipment:
            return line
        site = line.site_id if line.site_id in self.sites else next(iter(self.sites), None)
        misfit = line.consumable.pk not in self.fits_somewhere
        return replace(line, site_id=site, meant=line.meant and misfit)


def fitting_items(items: Iterable[int], *, by: Actor) -> set[int]:
    """Those of the items that fit some machine of the customer, at whatever site."""
    machines = Equipment.objects.filter(customer_id=known(by.customer_id), retired=False)
    found = Consumable.objects.filter(pk__in=set(items), fits__in=machines.values("model"))
    return set(found.values_list("pk", flat=True))


def _told(left: list[tuple[Wanted, str]], by: Actor) -> list[LeftOut]:
    stuck = [line for line, why in left if why in ("inactive", "misfit")]
    offers = substitutes(stuck, by=by) if stuck else {}
    return [
        LeftOut(wanted=line, why=why, substitutes=tuple(offers.get(_key(line), ())))
        for line, why in left
    ]


def substitutes(
    lines: Sequence[Wanted], *, by: Actor
) -> dict[tuple[int | None, int], list[Consumable]]:
    """What replaces each item, by (machine, item): as `orders.substitutes` has it, in two queries.

    Of the same maker, kind and colour, fitting the machine; without one, any of the customer's.
    """
    fitting = Prefetch("fits", queryset=EquipmentModel.objects.only("pk"), to_attr="models")
    found = Consumable.objects.filter(
        manufacturer__in={line.consumable.manufacturer_id for line in lines},
        kind__in={line.consumable.kind for line in lines},
        active=True,
        fits__in=own_equipment(by).values("model"),
    )
    others = list(found.distinct().order_by("part_number").prefetch_related(fitting))
    return {_key(line): [one for one in others if _replaces(one, line)] for line in lines}


def _replaces(other: Consumable, line: Wanted) -> bool:
    item = line.consumable
    same = (other.manufacturer_id, other.kind, other.colour)
    if other.pk == item.pk or same != (item.manufacturer_id, item.kind, item.colour):
        return False
    models = {model.pk for model in other.models}  # type: ignore[attr-defined]
    return line.equipment is None or line.equipment.model_id in models
