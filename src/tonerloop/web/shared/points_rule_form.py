"""What an issuer types to begin a points rule."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.money import CURRENCIES
from tonerloop.common.text import no_control
from tonerloop.points.actions import ItemTerms, Terms
from tonerloop.points.models import RuleStep

STEPS = (1, 2, 3)
MOST_ITEMS = 200
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# A part number may have spaces; the two numbers stand at the end.
_ITEM = re.compile(r"(.{1,40}?)[\s,;]+(\d{1,9})[\s,;]+(\d{1,9})")


def _whole(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        **more,
    )


def items_in(text: str) -> list[ItemTerms]:
    """Part number and its two points, one model a line; ValidationError names the wrong lines."""
    items, wrong = [], []
    for line, typed in enumerate(unicodedata.normalize("NFKC", text).splitlines(), 1):
        if not typed.strip():
            continue
        found = _ITEM.fullmatch(typed.strip())
        if found is None:
            wrong.append(str(line))
        else:
            part, reusable, recyclable = found.groups()
            points = {"per_reusable": int(reusable), "per_recyclable": int(recyclable)}
            items.append(ItemTerms(line=line, part_number=part, **points))
    if wrong:
        words = _("Line %(lines)s: type a part number and two numbers, such as CF226X, 50, 20.")
        raise ValidationError(words % {"lines": ", ".join(wrong)})
    if len(items) > MOST_ITEMS:
        raise ValidationError(_("Type at most %(most)d models.") % {"most": MOST_ITEMS})
    return items


class RuleForm(forms.Form):
    """A rule with up to three levels, and other points for single models."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, validators=[no_control])
    first_day = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    last_day = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=DAY,
        required=False,
        help_text=gettext_lazy("Empty: until you end it."),
    )
    per_reusable = _whole(gettext_lazy("Points for a reusable piece"))
    per_recyclable = _whole(gettext_lazy("Points for a recyclable piece"))
    box_percent = _whole(
        gettext_lazy("Percent for a full box"),
        initial=100,
        help_text=gettext_lazy("120: a fifth more than for single pieces."),
    )
    monthly_cap = _whole(
        gettext_lazy("Most points a month"),
        required=False,
        help_text=gettext_lazy("Per customer. Empty: no limit."),
    )
    months_valid = _whole(gettext_lazy("Months until points expire"), initial=24)
    point_value = forms.DecimalField(
        label=gettext_lazy("Worth of a point"),
        max_digits=8,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0))],
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), choices=[("", gettext_lazy("Choose one")), *CURRENCIES]
    )
    items = forms.CharField(
        label=gettext_lazy("Models with other points"),
        help_text=gettext_lazy(
            "One a line: part number, points for a reusable piece, points for a recyclable one."
        ),
        max_length=10_000,
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "CF226X, 50, 20",
            }
        ),
    )

    def __init__(self, *args: Any, chooses_currency: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not chooses_currency:
            del self.fields["currency"]
        kinds = [("", gettext_lazy("none")), *RuleStep.Kind.choices]
        for n in STEPS:
            facts = {"n": n}
            self.fields[f"kind-{n}"] = forms.ChoiceField(
                label=_("Level %(n)d by") % facts, choices=kinds, required=False
            )
            self.fields[f"from-{n}"] = _whole(_("Level %(n)d from") % facts, required=False)
            self.fields[f"percent-{n}"] = _whole(
                _("Level %(n)d percent") % facts, required=False, initial=110
            )

    def clean_items(self) -> list[ItemTerms]:
        """What was typed, read line by line."""
        return items_in(self.cleaned_data["items"])

    def clean(self) -> None:
        """A level needs both its numbers."""
        for n in STEPS:
            given = self.cleaned_data
            if given.get(f"kind-{n}"):
                if not given.get(f"from-{n}"):
                    self.add_error(f"from-{n}", _("Type from how many on."))
                if (given.get(f"percent-{n}") or 0) < 100:
                    self.add_error(f"percent-{n}", _("Type a percentage from 100 on."))

    def terms(self) -> Terms:
        """What the rule is to give."""
        given = self.cleaned_data
        plain = {name: given[name] for name in type(self).base_fields if name in given}
        steps = [
            (given[f"kind-{n}"], given[f"from-{n}"], given[f"percent-{n}"])
            for n in STEPS
            if given[f"kind-{n}"]
        ]
        return Terms(**plain, steps=steps)
