"""What a buyer types besides quantities."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.actor import Actor
from tonerloop.common.text import no_control
from tonerloop.orders.basket import own_sites, quantity_problem
from tonerloop.orders.points_use import Spending
from tonerloop.orders.states import CancelReason, Status
from tonerloop.parties.models import Site
from tonerloop.points.standing import Purse
from tonerloop.web.shared.answer_forms import CountField, RefusableForm
from tonerloop.web.shared.templatetags.formats import decimal, money

_SPENT = re.compile(r"points-([0-9]{1,15})-([A-Z]{3})")
MOST_FIELDS = 100  # of a posted form, more than the page has
BUYERS_REASONS = [
    CancelReason.CUSTOMER_WISH,
    CancelReason.DUPLICATE,
    CancelReason.WRONG_PRICE,
    CancelReason.OTHER,
]


def plain(text: str) -> str:
    """Full-width digits, as Japanese keyboards type them, become plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


class SiteField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the buyer's own sites."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Site.objects.none(), label=gettext_lazy("Ship to"), empty_label=None, **kwargs
        )


class OtherForm(forms.Form):
    """An item asked for by its part number."""

    part_number = forms.CharField(
        label=gettext_lazy("Part number"), max_length=40, validators=[no_control]
    )
    quantity = forms.CharField(label=gettext_lazy("Quantity"), max_length=20, initial="1")
    site = SiteField()

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = own_sites(actor).order_by("name")  # type: ignore[attr-defined]
        self.fields["quantity"].widget.attrs["inputmode"] = "numeric"

    def clean_quantity(self) -> int:
        """A whole number from 1."""
        text = plain(self.cleaned_data["quantity"])
        if problem := quantity_problem(text):
            raise ValidationError(problem)
        if not text or int(text) == 0:
            raise ValidationError(_("Type how many you need."))
        return int(text)


class ListNameForm(RefusableForm):
    """The name of a saved list."""

    name = forms.CharField(
        label=gettext_lazy("Name of the list"),
        max_length=60,
        validators=[no_control],
        error_messages={"required": gettext_lazy("Type a name for the list.")},
    )


class WishesForm(forms.Form):
    """The buyer's own reference and the delivery day asked for."""

    reference = forms.CharField(
        label=gettext_lazy("Your reference"),
        help_text=gettext_lazy("Such as a PO number; it stands on the order."),
        max_length=40,
        required=False,
        validators=[no_control],
    )
    requested_date = forms.DateField(
        label=gettext_lazy("Requested delivery day"),
        help_text=gettext_lazy("Empty: as soon as possible."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Type a day such as 2026-12-24.")},
    )


class PointsForm(WishesForm):
    """The wishes, and how many points of each purse are to be used as a reduction."""

    def __init__(self, *args: Any, purses: Iterable[Purse] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts: list[tuple[int, str]] = []
        for purse in purses:
            label = _("Points of %(issuer)s to use") % {"issuer": purse.issuer}
            self._add(purse.account_id, purse.currency, label=label, help_text=_offer(purse))

    def _add(self, account_id: int, currency: str, **words: str) -> None:
        field = Spending(account_id=account_id, points=0, currency=currency).field
        self.fields[field] = CountField(**words)
        self.parts.append((account_id, currency))

    def spending(self) -> tuple[Spending, ...]:
        """What was typed, in the order in which it is used."""
        wanted = [
            Spending(account_id=account, currency=currency, points=0)
            for account, currency in self.parts
        ]
        typed = [replace(one, points=self.cleaned_data[one.field]) for one in wanted]
        return tuple(one for one in typed if one.points)


class SpendingForm(PointsForm):
    """The same as it comes back: nothing is looked up; whose points they are the verb checks."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        for name in list(data)[:MOST_FIELDS]:
            if found := _SPENT.fullmatch(name):
                self._add(int(found[1]), found[2])


def _offer(purse: Purse) -> str:
    return _("You have %(points)s from %(issuer)s, worth %(worth)s.") % {
        "points": decimal(purse.points),
        "issuer": purse.issuer,
        "worth": money(purse.worth, purse.currency),
    }


class CancelForm(forms.Form):
    """Why the buyer cancels."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        choices=[(reason.value, reason.label) for reason in BUYERS_REASONS],
    )
    text = forms.CharField(
        label=gettext_lazy("In a few words"),
        help_text=gettext_lazy("Needed where you chose “Other”."),
        max_length=500,
        required=False,
        validators=[no_control],
    )


class ReplyForm(forms.Form):
    """The buyer's words to whoever asked."""

    reply = forms.CharField(
        label=gettext_lazy("Your reply"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[no_control],
    )


class FindForm(forms.Form):
    """Which of the own orders."""

    q = forms.CharField(
        label=gettext_lazy("Find"),
        help_text=gettext_lazy("Order number, your reference or a part number."),
        max_length=60,
        required=False,
        validators=[no_control],
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", gettext_lazy("All")), *Status.choices],
        required=False,
    )
