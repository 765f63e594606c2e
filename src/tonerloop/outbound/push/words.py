"""What a phone says of an order that waits, in the active language, short enough for any screen."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tonerloop.orders.models import Order
from tonerloop.outbound.templatetags.mail import money
from tonerloop.outbound.unusual import unusual

LONGEST = 300  # characters; phones show less


@dataclass(frozen=True, kw_only=True)
class Words:
    """A notification's heading and text."""

    title: str
    body: str


def words_of(order: Order) -> Words:
    """Customer and total; below it what is unusual, or how many lines."""
    facts = {"customer": order.customer.name, "total": money(order.total, order.currency)}
    said = [each.words for each in unusual(order)]
    if not said:
        count = order.lines.count()
        lines = ngettext("%(count)d line", "%(count)d lines", count) % {"count": count}
        said = [_("%(lines)s, nothing unusual") % {"lines": lines}]
    return Words(
        title=_("%(customer)s: %(total)s to confirm") % facts, body="\n".join(said)[:LONGEST]
    )
