"""What a mail says when an answer is due: who has not answered what, and since when."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tonerloop.journal.events import Event
from tonerloop.journal.models import Entry
from tonerloop.orders.models import Order


def reminder_of(entry: Entry, order: Order) -> dict[str, Any]:
    """Headline and since when, in the words of the active language."""
    names = {
        "salesperson": order.customer.salesperson.name,
        "manufacturer": order.manufacturer.name,
        "buyer": order.placed_by.name,
    }
    return {
        "headline": _headline(Event(entry.event)) % names,
        "since": datetime.fromisoformat(entry.data["since"]),
    }


def _headline(event: Event) -> str:
    return {
        Event.ORDER_PRICE_REMINDED: _("This order waits for your price confirmation."),
        Event.ORDER_PRICE_TO_DEPUTY: _(
            "%(salesperson)s has not answered this order yet. As deputy, confirm the price."
        ),
        Event.ORDER_PRICE_TO_OFFICE: _(
            "Nobody has answered this order yet. Confirm the price, or ask %(salesperson)s."
        ),
        Event.ORDER_APPROVAL_REMINDED: _("This order waits for your approval."),
        Event.ORDER_APPROVAL_LATE: _("%(manufacturer)s has not approved this order yet."),
        Event.ORDER_BUYER_REMINDED: _("Your order waits for your answer."),
        Event.ORDER_BUYER_LATE: _("%(buyer)s has not answered yet, so this order does not go on."),
    }[event]
