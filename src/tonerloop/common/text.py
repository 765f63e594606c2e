"""Text that people type: one line or several, of bounded length, without control characters."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Joiners: emoji and several scripts cannot be written without. Between other letters they are
# nothing but a second name that looks like the first.
JOINERS = "\u200c\u200d"
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Letters of no width or look that Unicode does not count among the above.
BLANK = "\u115f\u1160\u3164\uffa0\u034f\u2800\u180b\u180c\u180d"

# They choose one of a sign's shapes: of pictures, digits and Han; beside a letter they are nothing.
SHAPES = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Scripts with letters that look alike; a word of one of them may not hold letters of another.
ALIKE = ("LATIN", "GREEK", "CYRILLIC", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU")


def no_control(value: str) -> None:
    """Refuse what cannot be seen or turns the reading direction (tab and newline are allowed)."""
    for place in range(len(value)):
        if not _belongs(value, place):
            raise ValidationError(
                _("Remove the characters that cannot be printed, then try again.")
            )


def no_lookalike(value: str) -> None:
    """Refuse a word of letters from scripts that look alike: “Аcme” whose first letter is Cyrillic.

    Words of different scripts may stand beside each other, and Japanese mixes as it does.
    """
    plain = unicodedata.normalize("NFKC", value)
    whole = "".join(char for char in plain if unicodedata.category(char) != "Mn")
    for word in re.findall(r"\w+", whole):
        scripts = {_script(char) for char in word} & set(ALIKE)
        if len(scripts) > 1:
            raise ValidationError(
                _("“%(word)s” mixes letters of different alphabets that look alike. Type it anew."),
                params={"word": word},
            )


def _belongs(value: str, place: int) -> bool:
    char = value[place]
    if SHAPES.match(char):
        return _shapes(value, place)
    return _is_seen(char) or _joins(value, place)


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _is_seen(char: str) -> bool:
    return char in "\t\r\n" or (unicodedata.category(char) not in UNSEEN and char not in BLANK)


def _shapes(value: str, place: int) -> bool:
    """True for a sign of shape behind a picture, a digit or Han, as names in Japan have it."""
    before = value[place - 1] if place else ""
    if not before or SHAPES.match(before):
        return False
    return _script(before) == "CJK" or not unicodedata.category(before).startswith(("L", "Z", "C"))


def _joins(value: str, place: int) -> bool:
    """True for a joiner between two signs of a script or picture that needs it."""
    if value[place] not in JOINERS or not 0 < place < len(value) - 1:
        return False
    return all(_needs_joiners(value[near]) for near in (place - 1, place + 1))


def _needs_joiners(char: str) -> bool:
    """True for Arabic to Sinhala and their kin, and for pictures; not for Latin or Japanese."""
    return "\u0600" <= char < "\u0e00" or unicodedata.category(char) in {"So", "Sk", "Mn"}
