"""Placing without a basket that was filled before: a program names all lines at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.fleet.models import Equipment
from tonerloop.journal.events import Event
from tonerloop.orders.actions.placing import PricesChanged, Wishes, store
from tonerloop.orders.basket import check_requested, own_equipment, own_sites, record_misfit
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Basket, BasketLine, Order
from tonerloop.orders.quote import Quote, QuotedLine, quote
from tonerloop.parties.models import Customer


@dataclass(frozen=True, kw_only=True)
class WantedLine:
    """So many of an item for a machine, or for none, to a site; at the price that was seen."""

    consumable_id: int
    quantity: int
    machine_id: int | None = None
    site_id: int | None = None
    meant: bool = False  # also where it fits no machine
    seen: tuple[Decimal, str] | None = None


@transaction.atomic
def place_lines(
    key: UUID, lines: Sequence[WantedLine], *, by: Actor, wishes: Wishes
) -> list[Order]:
    """Order these lines now, or give back what was ordered under the key before.

    The basket that the buyer fills on the order screen stays as it is. Raises PricesChanged
    where a price is not the one that was seen, Refused for a line that cannot be ordered.
    """
    require(by, Role.BUYER)
    customer = Customer.objects.select_related("seller").get(pk=known(by.customer_id))
    earlier = Basket.objects.filter(key=key, customer=customer)
    if found := earlier.first():
        return list(found.orders.order_by("pk"))
    check_requested(wishes.requested_date, customer)
    basket = Basket(
        key=key,
        seller_id=customer.seller_id,
        customer=customer,
        person_id=known(by.person_id),
        reference=wishes.reference,
        requested_date=wishes.requested_date,
        placed_at=timezone.now(),  # never open, so never mixed with the buyer's own
    )
    try:
        with transaction.atomic():
            basket.save()
    except IntegrityError:  # the same at the same moment: that one is done by now
        return list(earlier.get().orders.order_by("pk"))
    _fill(basket, lines, by)
    quoted = quote(basket, by=by)
    _check(quoted, lines, by)
    return store(quoted, by=by, wishes=wishes)


def _fill(basket: Basket, lines: Sequence[WantedLine], by: Actor) -> None:
    machines = own_equipment(by).filter(pk__in={line.machine_id for line in lines})
    by_id, sites = machines.in_bulk(), set(own_sites(by).values_list("pk", flat=True))
    items = Consumable.objects.in_bulk({line.consumable_id for line in lines})
    rows, pairs = [], set[tuple[int, int | None]]()
    for place, line in enumerate(lines):
        if line.consumable_id not in items:
            raise Refused(f"lines.{place}.consumable_id", _("There is no such item."))
        pair = (line.consumable_id, line.machine_id)
        if pair in pairs:
            raise Refused(f"lines.{place}", _("This item is named twice for the same machine."))
        pairs.add(pair)
        machine = by_id.get(line.machine_id or 0)
        rows.append(
            BasketLine(
                basket=basket,
                consumable_id=line.consumable_id,
                equipment=machine,
                site_id=_site(place, line, machine, sites),
                quantity=line.quantity,
                meant=line.meant,
            )
        )
    BasketLine.objects.bulk_create(rows)


def _site(place: int, line: WantedLine, machine: Equipment | None, sites: set[int]) -> int:
    if line.machine_id is not None and machine is None:
        raise Refused(f"lines.{place}.machine_id", _("Choose one of your own machines."))
    site = line.site_id or (machine.site_id if machine else 0)
    if site not in sites:
        raise Refused(f"lines.{place}.site_id", _("Choose one of your own sites."))
    return site


def _check(quoted: Quote, lines: Sequence[WantedLine], by: Actor) -> None:
    """Each line can be ordered, and costs what was seen."""
    found = sorted(quoted.lines, key=lambda one: one.basket_line.pk)
    fitting = _fitting(quoted)
    for place, one in enumerate(found):
        if words := _problem(one, fitting):
            raise Refused(f"lines.{place}", words)
        if not one.fits:
            item = one.basket_line.consumable
            record_misfit(Event.BASKET_MISFIT_MEANT, item, quoted.basket, by)
    if any(
        line.seen and line.seen != (one.unit_price, one.price.currency)
        for one, line in zip(found, lines, strict=True)
    ):
        raise PricesChanged(quoted, {})


def _fitting(quoted: Quote) -> set[tuple[int, int]]:
    """(Machine, consumable) of the lines that name a machine which takes the item."""
    rows = Equipment.objects.filter(
        pk__in={one.basket_line.equipment_id for one in quoted.lines},
        model__consumables__in={one.basket_line.consumable_id for one in quoted.lines},
    )
    return set(rows.values_list("pk", "model__consumables"))


def _problem(one: QuotedLine, fitting: set[tuple[int, int]]) -> str:
    """Why the line cannot be ordered as it is, in words; "" where it can."""
    line = one.basket_line
    if one.problem == "inactive":
        return _("This item is discontinued. Ask your seller what replaces it.")
    if one.problem == "misfit":
        return _("This item fits none of your machines. Say that it is meant, or choose another.")
    if line.equipment_id and (line.equipment_id, line.consumable_id) not in fitting:
        return _("This item does not fit this machine. Name another machine, or none.")
    return ""
