"""What the seller types to answer an order: other terms, a question, a reason, returned pieces."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.money import minor_digits
from tonerloop.common.text import no_control
from tonerloop.orders.actions import Changes, Refused
from tonerloop.orders.floors import floor_on
from tonerloop.orders.models import OrderLine
from tonerloop.orders.states import CancelReason, ReturnReason
from tonerloop.pricing.floors import FloorPrice
from tonerloop.web.shared.templatetags.formats import day as shown_day
from tonerloop.web.shared.templatetags.formats import money

_AMOUNT = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
WORDS = forms.Textarea(attrs={"rows": 3})
CANCEL_REASONS: list[tuple[str, Any]] = [
    choice for choice in CancelReason.choices if choice[0] != CancelReason.DECLINED
]
RETURN_REASONS: list[tuple[str, Any]] = [
    ("", gettext_lazy("Choose a reason")),
    *ReturnReason.choices,
]


class AmountField(forms.CharField):
    """A price as people type it: full-width digits, signs and grouping commas are fine."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, validators=[no_control], **kwargs)
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        plain = unicodedata.normalize("NFKC", text).replace(" ", "").strip("¥€£$")
        if not plain:
            return None
        if not _AMOUNT.fullmatch(plain):
            raise ValidationError(_("Type a price such as 1,250 or 12.50."))
        return Decimal(plain.replace(",", ""))


class CountField(forms.CharField):
    """A whole number as people type it; full-width digits are fine, fractions are not."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=6, required=False, validators=[no_control], **kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: Any) -> int:
        plain = unicodedata.normalize("NFKC", super().clean(value)).strip()
        if not plain:
            return 0
        if not (plain.isascii() and plain.isdigit()):
            raise ValidationError(_("Type a whole number."))
        return int(plain)


class RefusableForm(forms.Form):
    """A form that can show, beside the field, what the domain refused."""

    def refuse(self, refusal: Refused) -> None:
        """Put the refusal beside its field, or above all fields where it has none here."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


def shown_price(price: Decimal | None, currency: str) -> str:
    """A price as it stands in its field: without grouping, with the currency's digits."""
    return "" if price is None else f"{price:.{minor_digits(currency)}f}"


class ChangesForm(RefusableForm):
    """Other prices and substitutes by line, another day, and a word to the buyer."""

    new_date = forms.DateField(
        label=gettext_lazy("Other delivery date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Type a day such as 2026-12-24.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Note to the buyer"),
        required=False,
        max_length=500,
        validators=[no_control],
        widget=WORDS,
    )
    below_floor = forms.BooleanField(
        label=gettext_lazy("I mean what is below our floor"), required=False
    )

    def __init__(
        self,
        *args: Any,
        lines: Sequence[OrderLine],
        currency: str,
        offers: Mapping[int, list[tuple[int, str]]],
        floors: Mapping[int, FloorPrice],
        day: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_date"].help_text = _("Now: %(day)s") % {"day": shown_day(day)}
        self.lines, self.currency, self.offers, self.floors = lines, currency, offers, floors
        for line in lines:
            self._add_fields(line, offers.get(line.pk, []))
        self.order_fields([n for n in self.fields if n not in ("new_date", "note", "below_floor")])

    def _add_fields(self, line: OrderLine, offers: list[tuple[int, str]]) -> None:
        part, floor = line.consumable.part_number, floor_on(line, line.consumable_id, self.floors)
        self.fields[f"price-{line.pk}"] = AmountField(
            label=_("Unit price of %(part)s in %(currency)s")
            % {"part": part, "currency": self.currency},
            required=False,
            initial=shown_price(line.unit_price, self.currency),
            help_text=_("Your floor: %(price)s") % {"price": money(floor.amount, floor.currency)}
            if floor
            else "",
        )
        # Also where nothing fits: a substitute sent by other means must be refused, not ignored.
        self.fields[f"substitute-{line.pk}"] = forms.TypedChoiceField(
            label=_("Send instead of %(part)s") % {"part": part},
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", _("No substitute")), *offers],
            widget=forms.RadioSelect,  # one tap where a list would take two
            error_messages={
                "invalid_choice": _("This item does not fit the same machine. Choose another.")
            },
        )

    def line_fields(self) -> list[tuple[OrderLine, Any, Any]]:
        """Each line with its price field and its substitute field, None where nothing fits."""
        return [
            (
                line,
                self[f"price-{line.pk}"],
                self[f"substitute-{line.pk}"] if self.offers.get(line.pk) else None,
            )
            for line in self.lines
        ]

    @property
    def asks_floor(self) -> bool:
        """True if something lies below the floor as it stands, or the verb has said so."""
        as_it_stands = any(
            (floor := floor_on(line, line.consumable_id, self.floors))
            and line.unit_price is not None
            and floor.is_above(line.unit_price, self.currency)
            for line in self.lines
        )
        return as_it_stands or (self.is_bound and "below_floor" in {*self.errors, *self.data})

    def changes(self) -> Changes:
        """What differs from the order as it is."""
        given = self.cleaned_data
        prices = {line.pk: given[f"price-{line.pk}"] for line in self.lines}
        substitutes = {line.pk: given.get(f"substitute-{line.pk}") for line in self.lines}
        new_date: date | None = given["new_date"]
        return Changes(
            prices={
                line.pk: prices[line.pk]
                for line in self.lines
                if prices[line.pk] is not None and prices[line.pk] != line.unit_price
            },
            substitutes={pk: chosen for pk, chosen in substitutes.items() if chosen},
            new_date=new_date,
            note=given["note"].strip(),
        )


class QuestionForm(RefusableForm):
    """A question to the buyer."""

    question = forms.CharField(
        label=gettext_lazy("Question to the buyer"),
        max_length=500,
        validators=[no_control],
        widget=WORDS,
        error_messages={"required": gettext_lazy("Type your question.")},
    )


class CancelForm(RefusableForm):
    """Why the order ends; words alone are another reason."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=CANCEL_REASONS,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("Choose a reason."),
        },
    )
    text = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("The buyer and the manufacturer read this."),
        required=False,
        max_length=500,
        validators=[no_control],
        widget=WORDS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = not self.data.get("text", "").strip()

    def clean_text(self) -> str:
        """Where no reason was chosen, the words are the reason."""
        text: str = self.cleaned_data["text"].strip()
        if text and self.cleaned_data.get("reason") == "":
            self.cleaned_data["reason"] = CancelReason.OTHER.value
        return text


class ReturnsForm(RefusableForm):
    """Pieces that came back, by line, and why."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=RETURN_REASONS,
        error_messages={
            "required": gettext_lazy("Choose a reason."),
            "invalid_choice": gettext_lazy("Choose a reason."),
        },
    )

    def __init__(self, *args: Any, lines: Sequence[OrderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in lines if line.delivered_quantity > line.returned_quantity]
        for line in self.lines:
            left = line.delivered_quantity - line.returned_quantity
            self.fields[f"quantity-{line.position}"] = CountField(
                label=_("Pieces of %(part)s that came back")
                % {"part": line.consumable.part_number},
                help_text=_("At most %(left)d") % {"left": left},
            )

    def line_fields(self) -> list[tuple[OrderLine, Any]]:
        """Each line that was delivered, with its field."""
        return [(line, self[f"quantity-{line.position}"]) for line in self.lines]

    def quantities(self) -> dict[int, int]:
        """Pieces by line position."""
        return {
            line.position: self.cleaned_data[f"quantity-{line.position}"] for line in self.lines
        }
