"""Text that people type: one line or several, of bounded length, without control characters."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Joiners: emoji and several scripts cannot be written without. Between other letters they are
# nothing but a second name that looks like the first.
JOINERS = "\u200c\u200d"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters of no width or look that Unicode does not count among the above.
BLANK = "\u115f\u1160\u3164\uffa0\u034f\u2800\u180b\u180c\u180d"


def no_control(value: str) -> None:
    """Refuse what cannot be seen or turns the reading direction (tab and newline are allowed)."""
    for place, char in enumerate(value):
        if not _is_seen(char) and not _joins(value, place):
            raise ValidationError(
                _("Remove the characters that cannot be printed, then try again.")
            )


def _is_seen(char: str) -> bool:
    return char in "\t\r\n" or (unicodedata.category(char) not in UNSEEN and char not in BLANK)


def _joins(value: str, place: int) -> bool:
    """True for a joiner between two signs of a script or picture that needs it."""
    if value[place] not in JOINERS or not 0 < place < len(value) - 1:
        return False
    return all(_needs_joiners(value[near]) for near in (place - 1, place + 1))


def _needs_joiners(char: str) -> bool:
    """True for Arabic to Sinhala and their kin, and for pictures; not for Latin or Japanese."""
    return "\u0600" <= char < "\u0e00" or unicodedata.category(char) in {"So", "Sk", "Mn"}
