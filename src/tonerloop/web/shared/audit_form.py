"""What of the audit is asked for: kind, person by name, first and last day, which page."""

import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.text import no_control
from tonerloop.journal.audited import KINDS
from tonerloop.journal.looking import ENTRY, LOOK, Place, Wanted
from tonerloop.parties.models import Person

DAYS = 30  # shown unless other days are asked for
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
IN_TIME = [
    check(day, gettext_lazy("Choose a day between 2000 and 2099."))
    for check, day in ((MinValueValidator, EARLIEST), (MaxValueValidator, LATEST))
]
DIGITS = 18  # of a number that the database takes


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput({"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, validators=IN_TIME)


class AuditForm(forms.Form):
    """Kind, person, and days (both included); without any, the last 30 days of everything."""

    about = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    person = forms.CharField(
        label=gettext_lazy("Person"),
        required=False,
        max_length=80,
        validators=[no_control],
        widget=forms.TextInput({"list": "people", "autocomplete": "off"}),
    )
    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("Until"))

    def __init__(self, asked: QueryDict) -> None:
        shown = asked.copy()
        if "first" not in asked and "last" not in asked:
            shown["first"] = (timezone.localdate() - timedelta(days=DAYS)).isoformat()
        self.place = _place(asked.get("before", ""))
        super().__init__(shown)
        kinds: Any = self.fields["about"]
        kinds.choices = [("", _("Everything")), *((k, each.name) for k, each in KINDS.items())]

    def clean(self) -> dict[str, Any]:
        """The days must follow each other."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            words = _("The last day lies before the first. Choose the same day or a later one.")
            self.add_error("last", words)
        return given

    def wanted(
        self,
        people: tuple[int, ...] | None = None,
        *,
        subject: tuple[str, int | None] = ("", None),
    ) -> Wanted:
        """What is asked for; valid forms only."""
        given = self.cleaned_data
        last = given["last"]
        return Wanted(
            kind=given["about"],
            people=people,
            subject=subject,
            since=_midnight(given["first"]),
            until=_midnight(last + timedelta(days=1) if last else None),
            before=self.place,
        )

    def people(self, occurring: list[int]) -> tuple[int, ...] | None:
        """Whom the typed name, a part of one, or number means of those; None for everybody."""
        if not (typed := _plain(self.cleaned_data["person"])):
            return None
        if typed.isascii() and typed.isdigit():
            return (int(typed[:DIGITS]),)
        names = Person.objects.filter(pk__in=occurring).values_list("pk", "name")
        return tuple(pk for pk, name in names if typed in _plain(name))


def _plain(text: str) -> str:
    """A name for comparing: wide and narrow signs, capitals and spaces are all one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def mark_of(place: Place) -> str:
    """A place as an address holds it."""
    return f"{place.at.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{place.table}{place.pk}"


def _place(mark: str) -> Place | None:
    """What `mark_of` wrote; None for anything else, which begins with the newest."""
    moment, _dash, row = mark.partition("-")
    table, number = row[:1], row[1:]
    if table not in (ENTRY, LOOK) or not (number.isascii() and number.isdigit()):
        return None
    try:
        at = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Place(at=at, table=table, pk=int(number[:DIGITS]))


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
