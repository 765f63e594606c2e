"""A consumable in plain words of the reader's language."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tonerloop.catalogue.models import Colour, Kind


def plain_name(kind: str, colour: str) -> str:
    """ "Cyan toner", "Waste toner box": what somebody would call it who knows no part number."""
    thing = Kind(kind).label
    if colour == Colour.NONE:
        return str(thing)[:1].upper() + str(thing)[1:]
    # Translators: a colour and a kind of consumable, as in "cyan toner"
    words = pgettext("consumable", "%(colour)s %(thing)s") % {
        "colour": _(str(Colour(colour).label)),
        "thing": thing,
    }
    return words[:1].upper() + words[1:]
