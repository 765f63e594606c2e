"""What a driver says of a stop."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.collection.actions.driving import MOST_SCANNED, PICKED_UP
from tonerloop.collection.models import MOST_ANNOUNCED
from tonerloop.collection.states import Missed
from tonerloop.common.text import no_control
from tonerloop.web.shared.answer_forms import RefusableForm

OUTCOMES: list[tuple[str, Any]] = [(PICKED_UP, gettext_lazy("Picked up")), *Missed.choices]
FETCHED = (PICKED_UP, Missed.WRONG_COUNT)  # the outcomes after which something is in the van
LONGEST_SCAN = 200
TOO_MANY = gettext_lazy("Type a whole number up to 500.")


class ReportForm(RefusableForm):
    """What happened, which labels, how many; the same checks for the form and for the phone."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What happened?"),
        choices=OUTCOMES,
        initial=PICKED_UP,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say what happened at the stop."),
            "invalid_choice": gettext_lazy("Say what happened at the stop."),
        },
    )
    scans = forms.CharField(
        label=gettext_lazy("Labels"),
        help_text=gettext_lazy("One a line: what the scanner reads, or what is printed."),
        required=False,
        validators=[no_control],
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "data-scans": True}),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"),
        help_text=gettext_lazy("Empty: as many as there are labels."),
        required=False,
        min_value=0,
        max_value=MOST_ANNOUNCED,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), TOO_MANY),
    )
    note = forms.CharField(
        label=gettext_lazy("Note for the office"),
        required=False,
        max_length=200,
        validators=[no_control],
        error_messages={"max_length": gettext_lazy("Shorten the note to 200 characters.")},
    )

    def clean_scans(self) -> list[str]:
        """The lines that say something."""
        lines = [line.strip() for line in self.cleaned_data["scans"].splitlines()]
        found = [line for line in lines if line]
        if len(found) > MOST_SCANNED or any(len(line) > LONGEST_SCAN for line in found):
            words = _("These are too many or too long to be labels of one stop.")
            raise ValidationError(words)
        return found

    def clean(self) -> dict[str, Any]:
        """Who fetched something says what; who did not, fetched nothing."""
        given: dict[str, Any] = self.cleaned_data
        if given.get("outcome") not in FETCHED:
            return {**given, "scans": [], "count": None}
        if given.get("outcome") == Missed.WRONG_COUNT and given.get("count", 0) is None:
            self.add_error("count", _("Type how many there were."))
        elif given.get("scans") == [] and given.get("count", 0) is None:
            self.add_error("scans", _("Scan a label, or type how many you took along."))
        return given

    def words(self) -> str:
        """Everything that is wrong, in one line."""
        return " ".join(str(text) for texts in self.errors.values() for text in texts)
