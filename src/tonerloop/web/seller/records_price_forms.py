"""Forms of price agreements, purchase prices and the price check."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.catalogue.models import Consumable
from tonerloop.common.money import CURRENCIES
from tonerloop.parties.models import Customer, CustomerGroup, Manufacturer
from tonerloop.pricing.actions import Terms
from tonerloop.pricing.models import Dated, PriceAgreement
from tonerloop.web.seller.records_fields import Amount, Day, Text, Whole, normal

if TYPE_CHECKING:  # generic for the type checker only
    BreakRows = forms.BaseFormSet["BreakForm"]
else:
    BreakRows = forms.BaseFormSet

BREAK_ROWS = 3  # empty rows offered beside those that are kept


class PartNumberForm(forms.Form):
    """A consumable by its part number, and by its maker where several use the same."""

    part_number = Text(label=gettext_lazy("Part number"), max_length=40)
    manufacturer = forms.ModelChoiceField(
        Manufacturer.objects.order_by("name"),
        label=gettext_lazy("Manufacturer"),
        required=False,
        help_text=gettext_lazy("Needed only where several use the same part number."),
    )

    def clean(self) -> dict[str, Any]:
        """Find the consumable; it goes into `cleaned_data["consumable"]`."""
        given = super().clean() or self.cleaned_data
        if number := normal(given.get("part_number")):
            given["consumable"] = self._found(number, given.get("manufacturer"))
        return given

    def _found(self, number: str, maker: Manufacturer | None) -> Consumable | None:
        found = Consumable.objects.filter(part_number__iexact=number)
        rows = list(found.filter(manufacturer=maker) if maker else found)
        if len(rows) == 1:
            return rows[0]
        if rows:
            self.add_error("manufacturer", _("Several manufacturers use this number. Choose one."))
        else:
            words = _("No consumable has this part number. Check it on the box or in the list.")
            self.add_error("part_number", words)
        return None


class TermsForm(forms.Form):
    """A unit price with its currency and days."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=CURRENCIES)
    unit_price = Amount(label=gettext_lazy("Unit price"))
    first_day = Day(label=gettext_lazy("First day"))
    last_day = Day(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: until you end it."),
    )

    def terms(self) -> Terms:
        """The typed terms as the verb takes them."""
        names = ("currency", "unit_price", "first_day", "last_day")
        return Terms(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def initial_of(row: Dated) -> dict[str, Any]:
        """What the form shows for a price."""
        names = ("currency", "unit_price", "first_day", "last_day")
        return {name: getattr(row, name) for name in names}


class PurchasePriceForm(TermsForm, PartNumberForm):
    """What the seller pays the manufacturer for a consumable."""

    field_order = ("part_number", "manufacturer", "currency", "unit_price", "first_day")


class AgreementTermsForm(TermsForm):
    """The terms of a price agreement; its quantity breaks are a `BreaksFormSet` beside it."""

    note = Text(
        label=gettext_lazy("Contract or note"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Seen by your people only."),
    )

    def terms_with(self, breaks: "BreakRows") -> Terms:
        """The typed terms with their breaks as the verb takes them."""
        plain = self.terms()
        return Terms(
            currency=plain.currency,
            unit_price=plain.unit_price,
            first_day=plain.first_day,
            last_day=plain.last_day,
            note=self.cleaned_data["note"],
            breaks=_rows(breaks),
        )


class AgreementForm(AgreementTermsForm, PartNumberForm):
    """A new price agreement: for whom, for what, how much."""

    customer = forms.ModelChoiceField(
        Customer.objects.none(), label=gettext_lazy("For the customer"), required=False
    )
    group = forms.ModelChoiceField(
        CustomerGroup.objects.none(),
        label=gettext_lazy("Or for the customer group"),
        required=False,
        help_text=gettext_lazy("Neither of the two: a list price for everybody."),
    )
    field_order = ("part_number", "manufacturer", "customer", "group", "currency")

    def __init__(self, *args: Any, seller_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_own(self, seller_id)


class BreakForm(forms.Form):
    """From this quantity on, this unit price; an empty row is no break."""

    min_quantity = Whole(label=gettext_lazy("From quantity"), least=2, most=100_000, required=False)
    unit_price = Amount(label=gettext_lazy("Unit price"), required=False)

    def clean(self) -> dict[str, Any]:
        """Both or neither."""
        given = super().clean() or self.cleaned_data
        names = {"min_quantity", "unit_price"}
        if names <= given.keys() and (given["min_quantity"] is None) != (
            given["unit_price"] is None
        ):
            lacking = "unit_price" if given["unit_price"] is None else "min_quantity"
            self.add_error(lacking, _("Fill in both, or leave the row empty."))
        return given


BreaksFormSet = forms.formset_factory(
    BreakForm,
    extra=BREAK_ROWS,
    max_num=20,
    absolute_max=40,
    validate_max=True,
)


def breaks_of(agreement: PriceAgreement) -> list[dict[str, Any]]:
    """What the rows show for an agreement."""
    rows = agreement.breaks.values("min_quantity", "unit_price")
    return [dict(row) for row in rows]


class EndForm(forms.Form):
    """The day on which a price holds for the last time."""

    last_day = Day(label=gettext_lazy("Last day"))


class PriceCheckForm(PartNumberForm):
    """What does this customer pay for so many of this on that day?"""

    customer = forms.ModelChoiceField(Customer.objects.none(), label=gettext_lazy("Customer"))
    quantity = Whole(label=gettext_lazy("Quantity"), least=1, most=100_000)
    day = Day(label=gettext_lazy("Day"))
    field_order = ("customer", "part_number", "quantity", "day", "manufacturer")

    def __init__(self, *args: Any, seller_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_own(self, seller_id)


class FilterForm(forms.Form):
    """Which agreements the list shows; what cannot be understood is left out and said."""

    LEVELS = (
        ("", gettext_lazy("All levels")),
        ("customer", gettext_lazy("Customer")),
        ("group", gettext_lazy("Group")),
        ("list", gettext_lazy("List")),
    )
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=LEVELS, required=False)
    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        label=gettext_lazy("Customer"),
        required=False,
        empty_label=gettext_lazy("All customers"),
    )
    group = forms.ModelChoiceField(
        CustomerGroup.objects.none(),
        label=gettext_lazy("Customer group"),
        required=False,
        empty_label=gettext_lazy("All groups"),
    )
    part_number = Text(label=gettext_lazy("Part number"), max_length=40, required=False)
    day = Day(label=gettext_lazy("Valid on"), required=False)

    def __init__(self, data: Mapping[str, Any], *, seller_id: int) -> None:
        super().__init__(data)
        offer_own(self, seller_id)


MOST_OFFERED = 200  # customers or groups


def offer_own(form: forms.Form, seller_id: int) -> None:
    """Offer this seller's customers and groups, and nobody else's."""
    own = {
        "customer": Customer.objects.filter(seller_id=seller_id).order_by("name", "pk"),
        "group": CustomerGroup.objects.filter(seller_id=seller_id).order_by("name"),
    }
    for name in own.keys() & form.fields.keys():
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = own[name]
        _offer(form, name, field)


def _offer(form: forms.Form, name: str, field: "forms.ModelChoiceField[Any]") -> None:
    """Of too many to choose from only the one that was chosen before, as on its own page."""
    offered = list(field.queryset[: MOST_OFFERED + 1])  # type: ignore[index]
    if len(offered) > MOST_OFFERED:
        now = str(form.data.get(name) or form.initial.get(name) or "")
        one = int(now) if now.isascii() and now.isdigit() and len(now) < 16 else 0
        offered = list(field.queryset.filter(pk=one))  # type: ignore[union-attr]
    shown = [(each.pk, field.label_from_instance(each)) for each in offered]
    field.choices = [("", field.empty_label or ""), *shown]


def _rows(breaks: BreakRows) -> tuple[tuple[int, Any], ...]:
    filled = [form.cleaned_data for form in breaks.forms if form.cleaned_data]
    pairs = [(row["min_quantity"], row["unit_price"]) for row in filled]
    return tuple(sorted(pair for pair in pairs if pair[0] is not None))
