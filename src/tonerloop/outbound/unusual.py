"""What is unusual about an order that waits for its price, in the active language."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from tonerloop.catalogue.words import plain_name
from tonerloop.orders.models import Order
from tonerloop.orders.states import LineState
from tonerloop.orders.unusual import Look, Mark, is_given_back, look_at

MOST_NAMED = 3
NEED_A_LOOK = frozenset({Mark.ON_REQUEST, Mark.BELOW_FLOOR})


@dataclass(frozen=True, kw_only=True)
class Unusual:
    """One thing to look at; `needs_a_look` if no link in a mail may confirm such a price."""

    words: str
    needs_a_look: bool = False


def unusual(order: Order) -> list[Unusual]:
    """All that is unusual, what needs a look first; for the seller alone, as `look_at` is."""
    prefetch_related_objects([order], "lines__consumable")  # no query where they are gathered
    looks = look_at(order, [one for one in order.lines.all() if one.state != LineState.REJECTED])
    back = [Unusual(words=_("Sent back by the manufacturer"), needs_a_look=True)]
    return (back if is_given_back(order) else []) + [
        Unusual(words=words % {"items": _named(found)}, needs_a_look=mark in NEED_A_LOOK)
        for mark, words in _words().items()
        if (found := [look for look in looks if mark in look.marks])
    ]


def _words() -> dict[Mark, str]:
    return {
        Mark.ON_REQUEST: _("Price on request: %(items)s"),
        Mark.BELOW_FLOOR: _("Below your floor: %(items)s"),
        Mark.MISFIT: _("Fits no machine: %(items)s"),
        Mark.NEW: _("New for this customer: %(items)s"),
        Mark.MANY: _("More than usual: %(items)s"),
    }


def _named(looks: Iterable[Look]) -> str:
    items = list(dict.fromkeys(look.line.consumable for look in looks))
    named = ", ".join(f"{plain_name(item)} {item.part_number}" for item in items[:MOST_NAMED])
    return named + (f" +{len(items) - MOST_NAMED}" if len(items) > MOST_NAMED else "")
