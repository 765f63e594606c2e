"""Text that people type: one line or several, of bounded length, without control characters."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def no_control(value: str) -> None:
    """Refuse control and direction-changing characters (tab and newline are allowed)."""
    for char in value:
        if char not in "\t\r\n" and unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"}:
            raise ValidationError(
                _("Remove the characters that cannot be printed, then try again.")
            )
        if char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            raise ValidationError(
                _("Remove the characters that cannot be printed, then try again.")
            )
