"""Chips: a state in icon and word; one drawn once is kept, by all that goes into it."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tonerloop.web.shared.templatetags.icons import draw

# Status → tone and icon of its chip.
STATUS_LOOKS = {
    "placed": ("info", "price"),
    "waiting_for_buyer": ("warn", "question"),
    "price_confirmed": ("info", "clock"),
    "approved": ("good", "check"),
    "partly_shipped": ("move", "half"),
    "shipped": ("move", "truck"),
    "delivered": ("good", "box"),
    "cancelled": ("quiet", "cross"),
}
COLLECTION_LOOKS = {
    "requested": ("info", "clock"),
    "scheduled": ("info", "check"),
    "picked_up": ("move", "truck"),
    "received": ("move", "box"),
    "counted": ("good", "check"),
    "cancelled": ("quiet", "cross"),
}
TONE_ICONS = {
    "info": "info",
    "good": "check",
    "warn": "alert",
    "bad": "cross",
    "move": "truck",
    "quiet": "",
}
MESSAGE_LOOKS = {
    "sent": ("good", "check"),
    "fetched": ("good", "check"),
    "retrying": ("warn", "clock"),
    "failed": ("bad", "alert"),
    "overtaken": ("quiet", "check"),
}
UNKNOWN = ("quiet", "clock")


def status_chip(status: str, label: str) -> SafeString:
    """An order's status: icon and word."""
    return _drawn(*STATUS_LOOKS.get(status, UNKNOWN), label)


def collection_chip(status: str, label: str) -> SafeString:
    """A collection request's status: icon and word."""
    return _drawn(*COLLECTION_LOOKS.get(status, UNKNOWN), label)


def chip(tone: str, label: str) -> SafeString:
    """A short mark with a tone: info, good, warn, bad, move, quiet."""
    return _drawn(tone, TONE_ICONS[tone], label)


def message_chip(state: str, label: str) -> SafeString:
    """A message's fate: icon and word."""
    return _drawn(*MESSAGE_LOOKS.get(state, UNKNOWN), label)


def due_chip(order: Any) -> SafeString | str:
    """That an answer is late, or that a reminder is due; orders come from `with_due`."""
    now, last = timezone.now(), getattr(order, "answer_by", None)
    if last is None or order.remind_at > now:
        return ""
    if last <= now:
        return _drawn("bad", "clock", _("Late"))
    return _drawn("warn", "clock", _("Reminded"))


def flags(order: Any) -> SafeString:
    """What is unusual about an order of a seller's list, which comes from `with_facts`."""
    said = " ".join(_flags(order))
    return mark_safe(f'<p class="chips">{said}</p>' if said else "")  # noqa: S308 - of chips


def _flags(order: Any) -> Iterator[str]:
    if due := due_chip(order):
        yield due
    if order.given_back and order.status == "placed":
        yield chip("warn", _("Sent back by the manufacturer"))
    if order.misfit:
        yield chip("warn", _("Fits no machine"))
    if order.on_request:
        yield chip("warn", _("Price on request"))
    if order.failed:
        yield chip("bad", _("Message failed"))


@lru_cache(1024, typed=True)  # by type, too: a text that is HTML already is not the same as one
def _drawn(tone: str, icon: str, label: str) -> SafeString:
    drawn = draw(icon) if icon else ""
    return format_html('<span class="chip {}">{}{}</span>', tone, drawn, label)
