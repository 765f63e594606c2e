"""Placing without a basket that was filled before: a program names all lines at once."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tonerloop.common.actor import Actor, Role, known, require
from tonerloop.journal.events import Event
from tonerloop.orders.actions.placing import PricesChanged, Wishes, store
from tonerloop.orders.actions.wanted import WantedLine, looked_up, ordering
from tonerloop.orders.basket import check_requested, record_misfit
from tonerloop.orders.errors import Refused
from tonerloop.orders.models import Basket, Order
from tonerloop.orders.quote import Quote, QuotedLine, priced
from tonerloop.parties.models import Customer


@transaction.atomic(savepoint=False)  # alone or within its caller's: all of it or nothing
def place_lines(
    key: UUID, lines: Sequence[WantedLine], *, by: Actor, wishes: Wishes
) -> list[Order]:
    """Order these lines now, or give back what was ordered under the key before.

    The basket that the buyer fills on the order screen stays as it is. Raises PricesChanged
    where a price is not the one that was seen, Refused for a line that cannot be ordered.
    """
    require(by, Role.BUYER)
    earlier = Basket.objects.filter(key=key, customer_id=known(by.customer_id))
    customer, before = ordering(key, by)
    if before:
        return list(earlier.get().orders.order_by("pk"))
    check_requested(wishes.requested_date, customer)
    basket = _basket(key, customer, by, wishes)
    quoted = priced(basket, looked_up(basket, lines, by))
    _check(quoted, lines)
    serials = _keep(quoted)
    if serials is None:  # the same at the same moment: that one is done by now
        return list(earlier.get().orders.order_by("pk"))
    for one in quoted.lines:
        if not one.fits:
            item = one.basket_line.consumable
            record_misfit(Event.BASKET_MISFIT_MEANT, item, basket, by)
    return store(quoted, serials, by=by, wishes=wishes)


def _basket(key: UUID, customer: Customer, by: Actor, wishes: Wishes) -> Basket:
    return Basket(
        key=key,
        seller_id=customer.seller_id,
        customer=customer,
        person_id=known(by.person_id),
        reference=wishes.reference,
        requested_date=wishes.requested_date,
        placed_at=timezone.now(),  # never open, so never mixed with the buyer's own
    )


def _keep(quoted: Quote) -> list[int] | None:
    """Store the basket and draw its orders' serials; None where its key is taken already."""
    basket = quoted.basket
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_basket"
            " (key, seller_id, customer_id, person_id, reference, requested_date, placed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (key) DO NOTHING RETURNING id,"
            " ARRAY(SELECT nextval('orders_number_serial') FROM generate_series(1, %s))",
            [
                *(basket.key, basket.seller_id, basket.customer_id, basket.person_id),
                *(basket.reference, basket.requested_date, basket.placed_at, quoted.size),
            ],
        )
        kept = cursor.fetchone()
    if kept is None:
        return None
    basket.pk, serials = kept
    return list(serials)


def _check(quoted: Quote, lines: Sequence[WantedLine]) -> None:
    """Each line can be ordered, and costs what was seen."""
    found = sorted(quoted.lines, key=lambda one: one.basket_line.pk)
    for place, one in enumerate(found):
        if words := _problem(one):
            raise Refused(f"lines.{place}", words)
    if any(
        line.seen and line.seen != (one.unit_price, one.price.currency)
        for one, line in zip(found, lines, strict=True)
    ):
        raise PricesChanged(quoted, {})


def _problem(one: QuotedLine) -> str:
    """Why the line cannot be ordered as it is, in words; "" where it can."""
    line = one.basket_line
    if one.problem == "inactive":
        return _("This item is discontinued. Ask your seller what replaces it.")
    if one.problem == "misfit":
        return _("This item fits none of your machines. Say that it is meant, or choose another.")
    if line.equipment_id and not line.takes_it:  # type: ignore[attr-defined]
        return _("This item does not fit this machine. Name another machine, or none.")
    return ""
