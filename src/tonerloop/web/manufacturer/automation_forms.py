"""What the desk types about its automation: a rule's terms, own prices."""

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.actor import Actor
from tonerloop.common.money import CURRENCIES
from tonerloop.common.text import no_control
from tonerloop.manufacturers.judging import Terms
from tonerloop.manufacturers.models import ApprovalRule, Connection
from tonerloop.manufacturers.rules import sellers_of
from tonerloop.web.shared.answer_forms import AmountField, RefusableForm

NUMBER = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
WHOLE = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
Promise = ApprovalRule.Promise


class ChannelForm(RefusableForm):
    """How requests reach the manufacturer."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How approval requests reach you"),
        choices=Connection.Channel.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "The order desk shows all of them, whatever you choose. Requests that are open now"
            " follow your choice."
        ),
        error_messages={"required": gettext_lazy("Choose how requests reach you.")},
    )


class RuleForm(RefusableForm):
    """The terms of a rule."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=40,
        validators=[no_control],
        help_text=gettext_lazy("The timeline says that this rule approved."),
        error_messages={"required": gettext_lazy("Name the rule.")},
    )
    tolerance = forms.DecimalField(
        label=gettext_lazy("Percent that a price may differ from your list"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        initial=0,
        widget=NUMBER,
    )
    most_pieces = forms.IntegerField(
        label=gettext_lazy("Most pieces of a line"),
        min_value=1,
        max_value=100_000,
        required=False,
        widget=WHOLE,
        help_text=gettext_lazy("Empty: no limit."),
    )
    most_amount = AmountField(
        label=gettext_lazy("Highest amount of an order"),
        required=False,
        help_text=gettext_lazy("At purchase prices. Empty: no limit."),
    )
    amount_currency = forms.ChoiceField(
        label=gettext_lazy("Currency of the amount"), choices=CURRENCIES, required=False
    )
    promise = forms.ChoiceField(
        label=gettext_lazy("Day to promise"), choices=Promise.choices, initial=Promise.WANTED
    )
    working_days = forms.IntegerField(
        label=gettext_lazy("Working days"),
        min_value=0,
        max_value=60,
        required=False,
        initial=2,
        widget=WHOLE,
        help_text=gettext_lazy("Where you promise so many; never later than expected."),
    )
    sellers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Only orders of these sellers"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None checked: every seller."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(seller.pk, seller.name) for seller in sellers_of(actor)]
        self.fields["sellers"].choices = known  # type: ignore[attr-defined]

    def clean(self) -> None:
        """So many working days need their number."""
        given = self.cleaned_data
        by_days = given.get("promise") == Promise.DAYS and "working_days" not in self.errors
        if by_days and given.get("working_days") is None:
            self.add_error("working_days", _("Type working days from 0 to 60."))

    def terms(self) -> Terms:
        """What the rule is to say."""
        given = self.cleaned_data
        by_days = given["promise"] == Promise.DAYS
        return Terms(
            name=given["name"],
            tolerance=given["tolerance"],
            most_pieces=given["most_pieces"],
            most_amount=given["most_amount"],
            amount_currency=given["amount_currency"] if given["most_amount"] is not None else "",
            working_days=given["working_days"] if by_days else None,
            seller_ids=frozenset(given["sellers"]),
        )


class PricesForm(RefusableForm):
    """Own prices, many at once: a part number and its price a line."""

    prices = forms.CharField(
        label=gettext_lazy("Part numbers and prices"),
        help_text=gettext_lazy(
            "One a line: the part number, then the price. Paste from a spreadsheet."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=100_000,
        validators=[no_control],
        error_messages={
            "required": gettext_lazy("Type one line for each part: its number, then its price.")
        },
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES)
    first_day = forms.DateField(
        label=gettext_lazy("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Choose the day."),
            "invalid": gettext_lazy("Type a day such as 2026-12-24."),
        },
    )

    def clean_prices(self) -> list[tuple[str, Decimal]]:
        """The pairs, each line read; the first that cannot be read is named."""
        typed = unicodedata.normalize("NFKC", self.cleaned_data["prices"])
        return [_pair(line) for line in typed.splitlines() if line.strip()]


def _pair(line: str) -> tuple[str, Decimal]:
    part, _space, price = line.replace("\t", " ").replace(";", " ").strip().rpartition(" ")
    try:
        amount = Decimal(price.replace(",", ""))
    except InvalidOperation:
        amount = None
    if not part.strip() or amount is None or not amount.is_finite():
        words = _("This line is not a part number and a price: %(line)s")
        raise ValidationError(words % {"line": line.strip()[:80]})
    return part.strip(), amount
