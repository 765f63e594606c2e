"""A consumable in plain words of the reader's language."""

from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tonerloop.catalogue.models import Colour, Kind


class Named(Protocol):
    """A consumable, or what a screen knows of one."""

    @property
    def kind(self) -> str: ...
    @property
    def colour(self) -> str: ...
    @property
    def name(self) -> str: ...


def plain_name(item: Named) -> str:
    """ "Cyan toner", "Waste toner box": what somebody would call it who knows no part number."""
    if item.kind == Kind.OTHER and item.name:
        return item.name
    thing = str(Kind(item.kind).label)
    if item.colour == Colour.NONE:
        return thing[:1].upper() + thing[1:]
    # Translators: a colour and a kind of consumable, as in "cyan toner"
    words = pgettext("consumable", "%(colour)s %(thing)s") % {
        "colour": _(str(Colour(item.colour).label)),
        "thing": thing,
    }
    return words[:1].upper() + words[1:]
