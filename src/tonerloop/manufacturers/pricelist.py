"""A manufacturer's own price list, by which its rules check what sellers pay."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.common.days import local_day
from tonerloop.common.money import CURRENCIES, is_whole_minor
from tonerloop.manufacturers.models import ListPrice
from tonerloop.orders.errors import Refused
from tonerloop.parties.models import Manufacturer

HIGHEST = Decimal("9999999.99")


@transaction.atomic
def set_list_prices(
    prices: Iterable[tuple[str, Decimal]], currency: str, first_day: date, *, by: Actor
) -> int:
    """Own prices by part number from a day on, today at the earliest; all of them or none.

    One that begins on the same day as an earlier one replaces it; what has been stays as it was.
    """
    require(by, Role.ORDER_DESK)
    maker = Manufacturer.objects.select_for_update(no_key=True).get(pk=known(by.manufacturer_id))
    if first_day < local_day(timezone.now(), maker.time_zone):
        raise Refused("first_day", _("Prices can begin today at the earliest."))
    if currency not in dict(CURRENCIES):
        raise Refused("currency", _("Choose a currency."))
    own = {
        item.part_number.upper(): item.pk for item in Consumable.objects.filter(manufacturer=maker)
    }
    rows = [
        ListPrice(
            manufacturer=maker,
            consumable_id=_known_part(part, own),
            currency=currency,
            unit_price=_checked(part, price, currency),
            first_day=first_day,
        )
        for part, price in dict(prices).items()
    ]
    if not rows:
        raise Refused("prices", _("Type one line for each part: its number, then its price."))
    ListPrice.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["consumable", "currency", "first_day"],
        update_fields=["unit_price"],
    )
    return len(rows)


def _known_part(part: str, own: dict[str, int]) -> int:
    found = own.get(part.upper())
    if found is None:
        words = _("%(part)s is not one of your part numbers. Nothing was kept.")
        raise Refused("prices", words % {"part": part})
    return found


def _checked(part: str, price: Decimal, currency: str) -> Decimal:
    if not (0 <= price <= HIGHEST and is_whole_minor(price, currency)):
        words = _("%(part)s: this is not a price in %(currency)s. Nothing was kept.")
        raise Refused("prices", words % {"part": part, "currency": currency})
    return price
