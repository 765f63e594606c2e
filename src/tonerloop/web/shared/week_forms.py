"""Hours, holidays and minutes as people type them."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import get_day_names
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.text import no_control
from tonerloop.common.worktime import DAY, Calendar, Hours
from tonerloop.parties.actions import Week
from tonerloop.parties.working import Stages
from tonerloop.web.shared.templatetags.formats import locale

_TIME = r"(\d{1,2})(?:[:.](\d{2}))?"
_SPAN = re.compile(rf"{_TIME}(?:-|–|—|~|〜|to){_TIME}")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
HOUR = 60
PARTS = (("price", 3), ("approval", 3), ("buyer", 2))


class HoursField(forms.CharField):
    """The hours of one weekday: 9:00–12:30, 13:30–17:30; empty: a day off."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, required=False, validators=[no_control], **kwargs)
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> Hours:
        text = unicodedata.normalize("NFKC", super().clean(value))
        parts = (part.strip() for part in re.split(r"[,;、]", text))
        return tuple(_span(part) for part in parts if part)


def _span(text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text.replace(" ", ""))
    numbers = [int(n or 0) for n in found.groups()] if found else []
    start, end = (
        (numbers[0] * HOUR + numbers[1], numbers[2] * HOUR + numbers[3]) if found else (0, 0)
    )
    right = start != end and start < DAY and end <= DAY and max(numbers[1::2] or [0]) < HOUR
    if not right:
        words = _("“%(text)s” is not understood. Type hours such as 9:00–12:30, 13:30–17:30.")
        raise ValidationError(words % {"text": text[:20]})
    return (start, end if end > start else end + DAY)


def hours_text(hours: Sequence[Sequence[int]]) -> str:
    """The hours of a day as they are typed."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours)


def _clock(minute: int) -> str:
    inside = minute - DAY if minute > DAY else minute
    return f"{inside // HOUR}:{inside % HOUR:02}"


class DaysField(forms.CharField):
    """Days, one in a line."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 6, "autocomplete": "off"})
        super().__init__(
            max_length=4000, required=False, validators=[no_control], widget=widget, **kwargs
        )

    def clean(self, value: Any) -> list[date]:
        text = unicodedata.normalize("NFKC", super().clean(value))
        return [_day(part) for part in re.split(r"[\s,;、]+", text) if part]


def _day(text: str) -> date:
    try:
        found = _DAY.fullmatch(text)
        if found:
            return date(*(int(n) for n in found.groups()))
    except ValueError:
        pass
    words = _("“%(text)s” is not a day. Type each as year-month-day: 2026-12-31.")
    raise ValidationError(words % {"text": text[:20]})


class WeekForm(forms.Form):
    """When an organisation works."""

    holidays = DaysField(
        label=gettext_lazy("Holidays"),
        help_text=gettext_lazy("One day in a line, as year-month-day: 2026-12-31."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = get_day_names("wide", locale=locale())
        for number in range(7):
            self.fields[f"hours_{number}"] = HoursField(label=names[number].capitalize())

    def days(self) -> list[forms.BoundField]:
        """The fields of the weekdays, Monday first."""
        return [self[f"hours_{number}"] for number in range(7)]

    def week(self) -> Week:
        """What was typed, as the verb takes it."""
        given = self.cleaned_data
        hours = [given[f"hours_{number}"] for number in range(7)]
        return Week(hours=hours, holidays=given["holidays"])

    @staticmethod
    def initial_of(calendar: Calendar) -> dict[str, Any]:
        """What the form shows for an organisation."""
        days = {f"hours_{n}": hours_text(day) for n, day in enumerate(calendar.hours)}
        return {**days, "holidays": "\n".join(str(day) for day in sorted(calendar.holidays))}


class AnsweringForm(WeekForm):
    """When a seller works, and after how many working minutes whom to tell."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in _stage_labels().items():
            self.fields[name] = forms.IntegerField(
                label=label,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
                error_messages={"invalid": _("Type a whole number of minutes, such as 30.")},
            )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of the stages, by what is asked."""
        words = {
            "price": _("A price to confirm"),
            "approval": _("An approval by the manufacturer"),
            "buyer": _("An answer by the buyer"),
        }
        return [(words[kind], [self[f"{kind}_{n}"] for n in range(count)]) for kind, count in PARTS]

    def stages(self) -> Stages:
        """The minutes, as the verb takes them."""
        given = self.cleaned_data
        return Stages(
            **{kind: tuple(given[f"{kind}_{n}"] for n in range(count)) for kind, count in PARTS}
        )

    @staticmethod
    def initial_of_stages(stages: Stages) -> dict[str, int]:
        """What the form shows of the stages."""
        return {
            f"{kind}_{n}": minutes
            for kind, _count in PARTS
            for n, minutes in enumerate(getattr(stages, kind))
        }


def _stage_labels() -> dict[str, str]:
    return {
        "price_0": _("Remind the salesperson after"),
        "price_1": _("Ask the deputy after"),
        "price_2": _("Ask the back office after"),
        "approval_0": _("Remind the order desk after"),
        "approval_1": _("Remind it again after"),
        "approval_2": _("Tell us after"),
        "buyer_0": _("Remind the buyer after"),
        "buyer_1": _("Remind again and tell us after"),
    }
