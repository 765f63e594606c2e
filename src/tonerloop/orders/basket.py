"""Filling a basket: what the buyer types is kept until it is ordered or taken out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role, Side, known, require
from tonerloop.fleet.models import Equipment
from tonerloop.journal.events import Event
from tonerloop.journal.record import Subject, record
from tonerloop.orders.days import check_day
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import MAX_QUANTITY, Basket, BasketLine
from tonerloop.parties.models import Customer, Site


def own_sites(by: Actor) -> QuerySet[Site]:
    """The open sites for which this buyer may order."""
    sites = Site.objects.filter(customer_id=known(by.customer_id), closed=False)
    return sites if by.site_ids is None else sites.filter(pk__in=by.site_ids)


def own_equipment(by: Actor) -> QuerySet[Equipment]:
    """The machines in use at those sites."""
    machines = Equipment.objects.filter(customer_id=known(by.customer_id), retired=False)
    machines = machines.filter(site__closed=False)
    return machines if by.site_ids is None else machines.filter(site_id__in=by.site_ids)


def open_basket(by: Actor) -> Basket:
    """The buyer's basket that is not yet ordered; made when there is none."""
    require(by, Role.BUYER)
    own = {"customer_id": known(by.customer_id), "person_id": known(by.person_id)}
    found = Basket.objects.filter(**own, placed_at=None).select_related("customer__seller")
    if basket := found.first():
        return basket
    made = Basket(**own, seller_id=known(by.seller_id))
    Basket.objects.bulk_create([made], ignore_conflicts=True)  # another tab may have made it now
    return found.get()


def quantity_problem(text: str) -> str:
    """Why this text is no quantity, in words for the buyer; "" if it is one (or empty: none)."""
    if not text.strip():
        return ""
    plain = text.strip().removeprefix("+")
    if not (plain.isascii() and plain.isdigit()):
        return _("Type a whole number from 0 to %(most)d.") % {"most": MAX_QUANTITY}
    if len(plain) > 9 or int(plain) > MAX_QUANTITY:
        return _(
            "%(typed)s is more than we can take on one line."
            " Order up to %(most)d here, or ask your seller."
        ) % {"typed": plain[:12], "most": MAX_QUANTITY}
    return ""


@transaction.atomic
def set_quantities(wanted: Mapping[tuple[int, int], int], *, by: Actor) -> Basket:
    """Put quantities of consumables for machines, by (machine id, consumable id); 0 takes out.

    Lines for no machine stay as they are. Raises Refused if a consumable does not fit its
    machine, is not for sale, or the machine isn't the buyer's.
    """
    basket = _locked(open_basket(by))
    keep = {pair: quantity for pair, quantity in wanted.items() if quantity > 0}
    sites = _sites_of_pairs(keep, by)
    lines = BasketLine.objects.filter(basket=basket, equipment__isnull=False)
    old = {(line.equipment_id, line.consumable_id): line for line in lines}
    gone = [line.pk for pair, line in old.items() if pair in wanted and pair not in keep]
    BasketLine.objects.filter(pk__in=gone).delete()
    changed = [old[pair] for pair in keep if pair in old and old[pair].quantity != keep[pair]]
    for line in changed:
        line.quantity = keep[line.equipment_id or 0, line.consumable_id]
    BasketLine.objects.bulk_update(changed, ["quantity"])
    BasketLine.objects.bulk_create(
        [
            BasketLine(
                basket=basket,
                equipment_id=pair[0],
                consumable_id=pair[1],
                site_id=sites[pair[0]],
                quantity=quantity,
            )
            for pair, quantity in keep.items()
            if pair not in old
        ]
    )
    return basket


def _sites_of_pairs(wanted: Mapping[tuple[int, int], int], by: Actor) -> dict[int, int]:
    """Site by machine id; Refused unless each pair is the buyer's machine and fits it."""
    rows = own_equipment(by).filter(pk__in={pair[0] for pair in wanted})
    found = rows.filter(model__consumables__active=True).values_list(
        "pk", "model__consumables", "site_id"
    )
    allowed = {(machine, consumable): site for machine, consumable, site in found}
    if strangers := [pair for pair in wanted if pair not in allowed]:
        raise Refused(
            f"q-{strangers[0][0]}-{strangers[0][1]}",
            _("This item is no longer offered for this machine. Set its quantity to 0."),
        )
    return {machine: site for (machine, _c), site in allowed.items()}


def find_by_part_number(text: str) -> list[Consumable]:
    """Consumables with this part number, whoever makes them, whatever the letter case."""
    return list(
        Consumable.objects.filter(part_number__iexact=text.strip()).select_related("manufacturer")
    )


def fits_a_machine(consumable: Consumable, *, by: Actor) -> Equipment | None:
    """A machine of the buyer's sites that takes this consumable, or of the customer's others."""
    fitting = Equipment.objects.filter(
        customer_id=known(by.customer_id), retired=False, model__consumables=consumable
    ).select_related("model", "site")
    own = fitting.filter(pk__in=own_equipment(by).values("pk")).first()
    return own or fitting.first()


@transaction.atomic
def add_by_number(
    consumable: Consumable, quantity: int, site_id: int, *, by: Actor, meant: bool = False
) -> BasketLine | None:
    """Put an item asked for by part number into the basket, for no particular machine.

    One that fits no machine of the customer is not put in unless `meant`: then None comes
    back, the refusal is recorded, and the caller asks the buyer.
    """
    if not consumable.active:
        raise Refused(
            "part_number", _("This item is discontinued. Ask your seller what replaces it.")
        )
    site = own_sites(by).filter(pk=site_id).first()
    if site is None:
        raise Refused("site", _("Choose one of your own sites."))
    fits = fits_a_machine(consumable, by=by) is not None
    basket = _locked(open_basket(by))
    if not fits:
        event = Event.BASKET_MISFIT_MEANT if meant else Event.BASKET_MISFIT_REFUSED
        record_misfit(event, consumable, basket, by)
    if not fits and not meant:
        return None
    line, _made = BasketLine.objects.update_or_create(
        basket=basket,
        consumable=consumable,
        equipment=None,
        defaults={"site": site, "quantity": quantity, "meant": not fits},
    )
    return line


class ByNumber(NamedTuple):
    """An item for no particular machine; `meant`: it fits none, and the buyer said so."""

    consumable: Consumable
    quantity: int
    site_id: int
    meant: bool = False


@transaction.atomic
def put_by_number(
    wanted: Sequence[ByNumber], *, by: Actor, refused: Sequence[Consumable] = ()
) -> None:
    """Put many items asked for by part number into the basket, checked by the caller already.

    Those that fit no machine are recorded: as meant, or as `refused` and not put in.
    """
    if not wanted and not refused:
        return
    basket = _locked(open_basket(by))
    lines = [
        BasketLine(
            basket=basket,
            consumable=one.consumable,
            site_id=one.site_id,
            quantity=one.quantity,
            meant=one.meant,
        )
        for one in wanted
    ]
    BasketLine.objects.bulk_create(
        lines,
        update_conflicts=True,
        unique_fields=["basket", "consumable", "equipment"],
        update_fields=["site", "quantity", "meant"],
    )
    for one in wanted:
        if one.meant:
            record_misfit(Event.BASKET_MISFIT_MEANT, one.consumable, basket, by)
    for item in refused:
        record_misfit(Event.BASKET_MISFIT_REFUSED, item, basket, by)


def record_misfit(event: Event, consumable: Consumable, basket: Basket, by: Actor) -> None:
    """Note that an item which fits no machine was refused, or ordered on purpose."""
    about = Subject(
        kind="basket", id=basket.pk, seller_id=basket.seller_id, customer_id=basket.customer_id
    )
    data = {"consumable": consumable.pk, "part_number": consumable.part_number}
    record(event, about, by=by, data=data, audience=[Side.BUYER, Side.SELLER])


@transaction.atomic
def take_out(line_id: int, *, by: Actor) -> None:
    """Take one line out of the buyer's basket; nothing if it is gone already."""
    BasketLine.objects.filter(basket=_locked(open_basket(by)), pk=line_id).delete()


@transaction.atomic
def ship_lines_to(line_ids: list[int], site_id: int, *, by: Actor) -> None:
    """Send these lines of the buyer's basket to another of the buyer's own sites."""
    if not own_sites(by).filter(pk=site_id).exists():
        raise Refused("site", _("Choose one of your own sites."))
    basket = _locked(open_basket(by))
    BasketLine.objects.filter(basket=basket, pk__in=line_ids).update(site_id=site_id)


def set_wishes(reference: str, requested: date | None, *, by: Actor) -> None:
    """Keep the buyer's own reference and requested delivery date with the basket."""
    basket = open_basket(by)
    check_requested(requested, basket.customer)
    Basket.objects.filter(pk=basket.pk, placed_at=None).update(
        reference=reference, requested_date=requested
    )


def check_requested(requested: date | None, customer: Customer) -> None:
    """Raise Refused if the requested date is before the seller's today or over a year away."""
    if requested:
        check_day("requested_date", requested, customer.seller)


def _locked(basket: Basket) -> Basket:
    open_one = Basket.objects.filter(Q(placed_at=None), pk=basket.pk).select_for_update()
    locked = open_one.first()
    if locked is None:
        raise Refused("basket", _("This basket has just been ordered. See your orders."))
    locked.customer = basket.customer
    return locked
