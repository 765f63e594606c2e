"""What became of many lines put into the basket at once, told line by line."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tonerloop.orders.filling import Filled, LeftOut, Wanted

MOST_TOLD = 10


def tell(request: HttpRequest, filled: Filled, also_left: Iterable[str] = ()) -> None:
    """Say what is in the order now, what was changed in it, and what was left out and why."""
    count = len(filled.put)
    if count:
        words = ngettext(
            "%(count)d item is in your order, at today's price.",
            "%(count)d items are in your order, at today's prices.",
            count,
        )
        messages.success(request, words % {"count": count})
    _several(request, messages.INFO, [_replaced(line, was) for line, was in filled.replaced])
    _several(request, messages.WARNING, [*map(_left_out, filled.left_out), *also_left])


def _several(request: HttpRequest, level: int, sentences: list[str]) -> None:
    told, more = sentences[:MOST_TOLD], len(sentences) - MOST_TOLD
    if more > 0:
        told.append(ngettext("And %(count)d more.", "And %(count)d more.", more) % {"count": more})
    if told:
        messages.add_message(request, level, "\n".join(told))


def _replaced(line: Wanted, was: int) -> str:
    return _("%(part)s: %(now)d now, instead of the %(was)d that were in your order.") % {
        "part": line.consumable.part_number,
        "now": line.quantity,
        "was": was,
    }


def _left_out(left: LeftOut) -> str:
    line = left.wanted
    match left.why:
        case "inactive":
            words = _("%(part)s is left out: it can no longer be ordered.")
        case "machine":
            words = _(
                "%(part)s is left out: %(machine)s is out of use, or at a site that is not yours."
            )
        case "site":
            words = _("%(part)s is left out: no site of yours is open. Ask your seller.")
        case _ if line.equipment:
            words = _("%(part)s is left out: it no longer fits %(machine)s.")
        case _:
            words = _(
                "%(part)s is left out: it fits none of your machines."
                " Order it by part number if you mean it."
            )
    said = words % {"part": line.consumable.part_number, "machine": line.equipment}
    if left.substitutes:
        parts = ", ".join(item.part_number for item in left.substitutes[:3])
        said += " " + _("What replaces it: %(parts)s.") % {"parts": parts}
    return said
