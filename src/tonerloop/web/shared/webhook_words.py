"""What the types of messages are called for people, and how an endpoint fares."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.outbound.models import Endpoint
from tonerloop.outbound.webhooks.types import types_for

WORDS: dict[str, Any] = {
    "order.placed": gettext_lazy("Order placed"),
    "order.price_confirmed": gettext_lazy("Price confirmed"),
    "order.terms_improved": gettext_lazy("Better terms given"),
    "approval.requested": gettext_lazy("Approval requested, with the ordering information"),
    "order.change_proposed": gettext_lazy("Change proposed"),
    "order.question_asked": gettext_lazy("Question to the buyer"),
    "order.change_accepted": gettext_lazy("Change accepted"),
    "order.change_declined": gettext_lazy("Change declined"),
    "order.replied": gettext_lazy("Reply of the buyer"),
    "order.lines_answered": gettext_lazy("Lines answered by the manufacturer"),
    "order.given_back": gettext_lazy("Given back to the seller"),
    "order.approved": gettext_lazy("Order approved"),
    "order.cancelled": gettext_lazy("Order cancelled"),
    "approval.withdrawn": gettext_lazy("Approval request withdrawn"),
    "order.shipped": gettext_lazy("Shipment reported"),
    "order.delivered": gettext_lazy("Delivery reported"),
    "order.returned": gettext_lazy("Return recorded"),
    "collection.registered": gettext_lazy("Registered for the collection service"),
    "collection.ended": gettext_lazy("Left the collection service"),
    "collection.box_sent": gettext_lazy("Collection box sent"),
    "collection.requested": gettext_lazy("Collection asked for"),
    "collection.scheduled": gettext_lazy("Collection scheduled"),
    "collection.missed": gettext_lazy("Pick-up missed"),
    "collection.picked_up": gettext_lazy("Picked up"),
    "collection.received": gettext_lazy("Received at the recovery centre"),
    "collection.counted": gettext_lazy("Counted"),
    "collection.corrected": gettext_lazy("Count corrected"),
    "collection.cancelled": gettext_lazy("Collection cancelled"),
    "points.expiring": gettext_lazy("Points expire soon"),
    "reward.ordered": gettext_lazy("Reward ordered"),
    "reward.fulfilled": gettext_lazy("Reward fulfilled"),
    "reward.cancelled": gettext_lazy("Reward cancelled"),
    "webhook.test": gettext_lazy("Test message"),
}


def choices(side: str) -> list[tuple[str, str]]:
    """What a side may subscribe to, in words and by its stable name."""
    return [(name, f"{WORDS[name]} ({name})") for name in types_for(side)]


def fares(endpoint: Endpoint) -> tuple[str, str]:
    """Tone and words of an endpoint's state."""
    if endpoint.off:
        tone = "quiet" if endpoint.off == Endpoint.Off.OWNER else "bad"
        return tone, _("Switched off")
    if endpoint.failing_since:
        return "warn", _("Fails")
    return ("good", _("Works")) if endpoint.last_ok_at else ("info", _("Nothing sent yet"))
