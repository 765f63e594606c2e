"""What pasted lines are understood as, before anything goes into the basket; few queries."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor
from tonerloop.common.days import local_day
from tonerloop.fleet.models import Equipment
from tonerloop.orders.basket import open_basket, own_equipment, quantity_problem
from tonerloop.orders.errors import Refused
from tonerloop.orders.filling import Filled, Wanted, fill, fitting_items, substitutes
from tonerloop.orders.models import MAX_QUANTITY, Basket, BasketLine
from tonerloop.orders.pasting import MOST_LINES, PastedLine, Reading, read
from tonerloop.pricing.prices import Price, prices_for

MOST_SUGGESTED = 20  # lines; looking for a near part number takes time


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing that a line may mean: an item for a machine, or for none."""

    item: Consumable
    machine: Equipment | None = None
    misfit: bool = False

    @property
    def key(self) -> str:
        """How a page names it."""
        return f"{self.machine.pk if self.machine else 0}-{self.item.pk}"


@dataclass(kw_only=True)
class Row:
    """One line, or several of the same item, and what they are understood as."""

    key: str  # names the fields of the row
    texts: list[str]
    quantities: list[int] = field(default_factory=list)
    assumed: bool = False  # no quantity was typed, so one is meant
    choices: list[Choice] = field(default_factory=list)
    chosen: Choice | None = None
    meant: bool = False
    price: Price | None = None
    already: int = 0  # in the basket now, to be replaced
    problem: str = ""  # unknown, quantity, inactive, ambiguous, misfit
    message: str = ""
    suggestions: list[str] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        """All lines of the item together."""
        return sum(self.quantities)

    @property
    def unit_price(self) -> Decimal | None:
        """None: price on request."""
        return self.price.at(self.quantity) if self.price else None

    @property
    def is_ambiguous(self) -> bool:
        """True if several manufacturers have the part number."""
        return len({choice.item.pk for choice in self.choices}) > 1

    @property
    def ready(self) -> bool:
        """True if it goes into the basket as it stands."""
        return self.chosen is not None and (not self.problem or self.meant)


def preview(
    text: str, *, by: Actor, chosen: Mapping[str, str], meant: Collection[str] = ()
) -> list[Row]:
    """What each line is understood as; `chosen` are choices by the row's key, `meant` misfits.

    Raises Refused for a text without lines, or with more than a buyer can look through.
    """
    lines = read(text)
    if not lines:
        raise Refused("text", _("Paste or type part numbers, one on each line."))
    if len(lines) > MOST_LINES:
        words = _("These are %(count)d lines. Paste up to %(most)d at a time.")
        raise Refused("text", words % {"count": len(lines), "most": MOST_LINES})
    known = _catalogue(lines)
    rows = _rows(lines, known)
    _choose(rows, known, by, chosen, meant)
    _price(rows, by)
    _help(rows, by)
    return rows


def put_in(rows: list[Row], *, by: Actor) -> Filled:
    """Put what is ready into the buyer's basket; Refused where a row waits for an answer."""
    if any(row.problem == "ambiguous" for row in rows):
        raise Refused("text", _("Choose what is meant where two things have the same number."))
    ready = [(row, row.chosen) for row in rows if row.ready and row.chosen]
    if not ready:
        raise Refused("text", _("None of these lines can be ordered yet. See what each one says."))
    wanted = [
        Wanted(
            consumable=choice.item,
            quantity=row.quantity,
            equipment=choice.machine,
            meant=choice.misfit and row.meant,
        )
        for row, choice in ready
    ]
    left = [row.chosen for row in rows if row.problem == "misfit" and not row.ready and row.chosen]
    wanted += [Wanted(consumable=choice.item, quantity=1) for choice in left]
    return fill(wanted, by=by)


def _catalogue(lines: list[PastedLine]) -> dict[str, list[Consumable]]:
    """All items with one of these part numbers, whoever makes them, by the number in capitals."""
    numbers = {reading.part_number.upper() for line in lines for reading in line.readings}
    found = Consumable.objects.annotate(upper=Upper("part_number")).filter(upper__in=numbers)
    items: dict[str, list[Consumable]] = {}
    for item in found.select_related("manufacturer").order_by("manufacturer__name", "pk"):
        items.setdefault(item.upper, []).append(item)
    return items


def _rows(lines: list[PastedLine], known: Mapping[str, list[Consumable]]) -> list[Row]:
    rows: dict[str, Row] = {}
    for line in lines:
        reading = next((r for r in line.readings if r.part_number.upper() in known), None)
        row = _row(line, reading, known)
        same = rows.get(row.key)
        if same is None:
            rows[row.key] = row
            continue
        same.texts += row.texts
        same.quantities += row.quantities
        same.assumed = same.assumed or row.assumed
    for row in rows.values():
        if not row.problem and row.quantity > MAX_QUANTITY:
            row.problem, row.message = "quantity", quantity_problem(str(row.quantity))
    return list(rows.values())


def _row(line: PastedLine, reading: Reading | None, known: Mapping[str, list[Consumable]]) -> Row:
    if reading is None:
        said = _("We know no such part number. Check it on the old one.")
        return Row(key=f"n{line.number}", texts=[line.text], problem="unknown", message=said)
    message = quantity_problem(reading.quantity)
    if not message and reading.quantity and int(reading.quantity) == 0:
        message = _("Type how many you need.")
    if message:
        row = Row(key=f"n{line.number}", texts=[line.text], problem="quantity", message=message)
    else:
        row = Row(key=f"i{known[reading.part_number.upper()][0].pk}", texts=[line.text])
        row.quantities, row.assumed = [int(reading.quantity or 1)], not reading.quantity
    row.choices = [Choice(item=item) for item in known[reading.part_number.upper()]]
    return row


def _choose(
    rows: list[Row],
    known: Mapping[str, list[Consumable]],
    by: Actor,
    chosen: Mapping[str, str],
    meant: Collection[str],
) -> None:
    items = {item.pk for group in known.values() for item in group if item.active}
    machines = _machines(items, by)
    elsewhere = fitting_items(items - machines.keys(), by=by) if items - machines.keys() else set()
    for row in rows:
        offered = [choice.item for choice in row.choices]
        row.choices = [c for i in offered if i.active for c in _choices(i, machines, elsewhere)]
        if any(not choice.misfit for choice in row.choices):
            row.choices = [choice for choice in row.choices if not choice.misfit]
        _decide(row, offered, chosen.get(row.key, ""), row.key in meant)


def _decide(row: Row, offered: list[Consumable], answer: str, meant: bool) -> None:
    picked = next((choice for choice in row.choices if choice.key == answer), None)
    first = row.choices[0] if row.choices and not row.is_ambiguous else None
    row.chosen = picked or first
    if row.problem:
        return
    if offered and not row.choices:
        row.problem, row.chosen = "inactive", Choice(item=offered[0])
        row.message = _("This item is discontinued. Ask your seller what replaces it.")
    elif row.chosen is None:
        row.problem = "ambiguous"
        row.message = _("Several manufacturers have this part number. Choose which one you mean.")
    elif row.chosen.misfit:
        row.problem, row.meant = "misfit", meant
        row.message = _("No machine that is registered for your organisation takes this item.")


def _machines(items: Collection[int], by: Actor) -> dict[int, list[Equipment]]:
    """The buyer's machines by the item that fits them, in the order of the order screen."""
    found = own_equipment(by).filter(model__consumables__in=items)
    found = found.annotate(item=F("model__consumables")).select_related("model", "site")
    fitting: dict[int, list[Equipment]] = {}
    for machine in found.order_by("site__name", "location", "model__name", "pk"):
        fitting.setdefault(machine.item, []).append(machine)
    return fitting


def _choices(
    item: Consumable, machines: Mapping[int, list[Equipment]], elsewhere: Collection[int]
) -> list[Choice]:
    if item.pk in machines:
        return [Choice(item=item, machine=machine) for machine in machines[item.pk]]
    return [Choice(item=item, misfit=item.pk not in elsewhere)]


def _price(rows: list[Row], by: Actor) -> None:
    basket = open_basket(by)
    taken = [(row, row.chosen) for row in rows if row.chosen]
    prices = prices_for(
        seller_id=basket.seller_id,
        customer_id=basket.customer_id,
        group_id=basket.customer.group_id,
        day=local_day(timezone.now(), basket.customer.seller.time_zone),
        consumables={choice.item.pk for _row, choice in taken},
    )
    before = _in_basket(basket)
    for row, choice in taken:
        row.price = prices[choice.item.pk]
        machine = choice.machine.pk if choice.machine else None
        row.already = before.get((machine, choice.item.pk), 0)


def _in_basket(basket: Basket) -> dict[tuple[int | None, int], int]:
    lines = BasketLine.objects.filter(basket=basket)
    found = lines.values_list("equipment_id", "consumable_id", "quantity")
    return {(machine, item): quantity for machine, item, quantity in found}


def _help(rows: list[Row], by: Actor) -> None:
    """Near part numbers for unknown ones, substitutes for what is discontinued or fits nothing."""
    stuck = [
        (row, Wanted(consumable=row.chosen.item, quantity=1))
        for row in rows
        if row.chosen and row.problem in ("inactive", "misfit")
    ]
    offers = substitutes([wanted for _row, wanted in stuck], by=by) if stuck else {}
    for row, wanted in stuck:
        found = offers.get((None, wanted.consumable.pk), [])
        row.suggestions = [item.part_number for item in found[:3]]
    unknown = [row for row in rows if row.problem == "unknown"][:MOST_SUGGESTED]
    if unknown:
        fitting = own_equipment(by).filter(model__consumables__active=True)
        names = fitting.values_list("model__consumables__part_number", flat=True).distinct()
        _suggest(unknown, {_bare(name): name for name in names})


def _suggest(rows: list[Row], by_bare: Mapping[str, str]) -> None:
    for row in rows:
        for reading in read(row.texts[0])[0].readings:
            near = difflib.get_close_matches(_bare(reading.part_number), by_bare, n=2, cutoff=0.75)
            if near:
                row.suggestions = [by_bare[one] for one in near]
                break


def _bare(part_number: str) -> str:
    """The letters and digits alone: people leave hyphens out, or put them in elsewhere."""
    return "".join(char for char in part_number.upper() if char.isalnum())
