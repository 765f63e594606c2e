"""Fields of the record forms: text without control characters, prices, days, choices."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.text import no_control

_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,6})?")


def normal(text: object) -> str:
    """What was typed, with the full-width digits of a Japanese keyboard made plain."""
    return unicodedata.normalize("NFKC", str(text or "")).strip()


class Text(forms.CharField):
    """One line or several, of bounded length, without control characters."""

    def __init__(self, *, max_length: int, lines: int = 1, **kwargs: Any) -> None:
        if lines > 1:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": lines}))
        super().__init__(max_length=max_length, **kwargs)
        self.validators.append(no_control)


class Amount(forms.CharField):
    """A decimal number typed as digits with a point, never a float, never an exponent."""

    def __init__(self, *, most: Decimal = Decimal("9999999999.99"), **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal"}))
        super().__init__(max_length=24, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A kept amount without needless zeros: 8000, 12.5 becomes 12.50."""
        if not isinstance(value, Decimal):
            return value
        whole = value == value.to_integral_value()
        return f"{value:.0f}" if whole else str(value)

    def clean(self, value: Any) -> Any:
        text = normal(super().clean(value)).replace(",", "")
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValidationError(_("Type digits, with a point where needed: 1200 or 12.50."))
        amount = Decimal(text)
        if amount < 0:
            raise ValidationError(_("This cannot be negative."))
        if amount > self.most:
            raise ValidationError(_("Type at most %(most)s.") % {"most": self.most})
        if abs(int(amount.as_tuple().exponent)) > 2:
            raise ValidationError(_("Type at most two digits after the point."))
        return amount


class Whole(forms.CharField):
    """A whole number, typed as digits."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric"}))
        super().__init__(max_length=12, **kwargs)

    def clean(self, value: Any) -> Any:
        text = normal(super().clean(value))
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            words = _("Type a whole number from %(least)d to %(most)d.")
            raise ValidationError(words % {"least": self.least, "most": self.most})
        return int(text)


class Day(forms.DateField):
    """A calendar day, picked or typed as 2026-11-23."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        words = gettext_lazy("Type the day as year-month-day: 2026-11-23.")
        kwargs.setdefault("error_messages", {"invalid": words})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)
