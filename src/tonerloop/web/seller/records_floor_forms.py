"""Forms of price floors and of the automatic confirmation."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.common.money import CURRENCIES
from tonerloop.web.seller.records_fields import Amount
from tonerloop.web.seller.records_price_forms import PartNumberForm


class FloorForAllForm(forms.Form):
    """So many percent over the purchase price."""

    percent = Amount(
        label=gettext_lazy("Percent over the purchase price"),
        help_text=gettext_lazy("Empty: no floor but those of single items."),
        required=False,
        most=Decimal(500),
    )


class FloorForm(PartNumberForm):
    """One item's own floor: a percentage or a lowest price."""

    percent = Amount(
        label=gettext_lazy("Percent over the purchase price"), required=False, most=Decimal(500)
    )
    amount = Amount(label=gettext_lazy("Or a lowest price"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES)
    field_order = ("part_number", "manufacturer", "percent", "amount", "currency")


class ConfirmationForm(forms.Form):
    """Up to which total, and whether list prices are enough."""

    ceiling = Amount(label=gettext_lazy("Up to a total after tax of"), most=Decimal("99999999.99"))
    with_list = forms.BooleanField(
        label=gettext_lazy("Your list prices are enough, too"),
        help_text=gettext_lazy("Else every price has to be agreed with the customer or its group."),
        required=False,
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ceiling"].help_text = _("In %(currency)s") % {"currency": currency}
