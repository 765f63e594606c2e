"""What is unusual about an order that waits for its price, in the active language."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tonerloop.catalogue.words import plain_name
from tonerloop.orders.models import Order, OrderLine
from tonerloop.orders.states import LineState, Status

MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Unusual:
    """One thing to look at; `needs_a_look` if no link in a mail may confirm such a price."""

    words: str
    needs_a_look: bool = False


def unusual(order: Order) -> list[Unusual]:
    """All that is unusual, what needs a look first; the only place that says so."""
    lines = list(order.lines.exclude(state=LineState.REJECTED).select_related("consumable"))
    before = _ordered_before(order, lines)
    return [
        *_of(_("Price on request: %(items)s"), (li for li in lines if li.unit_price is None), True),
        *_of(_("Fits no machine: %(items)s"), (line for line in lines if not line.fits)),
        *_of(
            _("New for this customer: %(items)s"),
            (line for line in lines if line.consumable_id not in before),
        ),
    ]


def _of(words: str, lines: Iterable[OrderLine], needs_a_look: bool = False) -> list[Unusual]:
    items = list(dict.fromkeys(line.consumable for line in lines))
    if not items:
        return []
    named = ", ".join(f"{plain_name(item)} {item.part_number}" for item in items[:MOST_NAMED])
    more = f" +{len(items) - MOST_NAMED}" if len(items) > MOST_NAMED else ""
    return [Unusual(words=words % {"items": named + more}, needs_a_look=needs_a_look)]


def _ordered_before(order: Order, lines: list[OrderLine]) -> set[int]:
    earlier = OrderLine.objects.filter(
        order__customer_id=order.customer_id,
        order__placed_at__lt=order.placed_at,
        consumable__in={line.consumable_id for line in lines},
    )
    stood = earlier.exclude(order__status=Status.CANCELLED)
    return set(stood.values_list("consumable_id", flat=True))
