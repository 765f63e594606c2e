"""What a password must be: long, and not one that a guesser tries among the first. Nothing else.

No rule asks for capitals, digits or signs, and none ever expires: a sentence is a good password.
"""

from functools import cache
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tonerloop.parties.models import Person

LONGEST = 256  # characters; the hasher would take more, an attacker would send more
LOOKED_AT = 72  # the estimate takes no more; what follows makes a password only better
ENOUGH = 3  # of 0 to 4: more than 10⁸ guesses


class NotTooLong:
    """Refuses what no password manager makes, before anything costly looks at it."""

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError for more than `LONGEST` characters."""
        if len(password) > LONGEST:
            words = _("This is too long. Use up to %(most)d characters.") % {"most": LONGEST}
            raise ValidationError(words, code="password_too_long")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("Use up to %(most)d characters.") % {"most": LONGEST}


class NotGuessable:
    """Refuses what stands in lists of leaked passwords, alone or with a little put to it.

    The lists and the estimate are in a package: nothing is asked outside.
    """

    def validate(self, password: str, user: Person | None = None) -> None:
        """Raise ValidationError for a password that would be guessed soon."""
        if len(password) > LONGEST:
            return
        if _estimate()(password[:LOOKED_AT], user_inputs=_about(user))["score"] < ENOUGH:
            raise ValidationError(
                _(
                    "This would be guessed soon: it is among leaked passwords, or made of one,"
                    " of a pattern or of your name. Four words that do not belong together"
                    " are better."
                ),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("A sentence or four words that do not belong together are good.")


@cache
def _estimate() -> Any:
    """Loaded when the first password is chosen: its lists take some megabytes."""
    from zxcvbn import zxcvbn

    return zxcvbn


def _about(user: Person | None) -> list[str]:
    """What a guesser knows of the person; the product's name is known of everybody."""
    if user is None:
        return ["tonerloop"]
    return ["tonerloop", *user.name.split(), *user.email.replace("@", ".").split(".")]
