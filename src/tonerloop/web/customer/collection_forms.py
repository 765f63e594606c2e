"""What a buyer types to take part in the collection service and to ask for a collection."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tonerloop.collection.states import Way
from tonerloop.common.actor import Actor
from tonerloop.common.text import no_control
from tonerloop.orders.basket import own_sites
from tonerloop.web.customer.forms import SiteField
from tonerloop.web.shared.answer_forms import CountField, RefusableForm


class RegisterForm(RefusableForm):
    """Site, contact, how, and the terms."""

    prefix = "collection"
    site = forms.TypedChoiceField(
        label=_("Site"),
        coerce=int,
        error_messages={"invalid_choice": _("Choose one of your sites.")},
    )
    contact = forms.CharField(label=_("Contact"), max_length=100, validators=[no_control])
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False, validators=[no_control]
    )
    way = forms.ChoiceField(
        label=_("How do you collect?"),
        choices=[
            (Way.BOX, _("In a box that we send you")),
            (Way.PIECES, _("One by one, with labels that you print")),
        ],
        widget=forms.RadioSelect,
        initial=Way.BOX,
    )
    terms = forms.BooleanField(
        label=_("We hand over only used cartridges, empty and without other waste."),
        error_messages={"required": _("Agree to this to take part.")},
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read once: a choice of models asks the database again each time it is drawn.
        choices = list(own_sites(actor).order_by("name").values_list("pk", "name"))
        self.fields["site"].choices = choices  # type: ignore[attr-defined]
        for field in self.fields.values():
            # On the order screen it stands below the sheet, in whose form it is sent along, so
            # that nothing typed above is lost; the browser must not refuse the sheet for it.
            field.widget.attrs.update({"form": "sheet"})
            field.widget.is_required = False


class WishForm(RefusableForm):
    """What is to be fetched, and when it suits."""

    site = SiteField()
    way = forms.ChoiceField(
        label=_("What is ready?"), choices=Way.choices, widget=forms.RadioSelect
    )
    boxes = CountField(label=_("How many boxes"), initial=1)
    pieces = CountField(label=_("How many pieces in all"))
    day = forms.DateField(
        label=_("Day that suits"),
        help_text=_("Empty: any day."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Type a day such as 2026-12-24.")},
    )
    note = forms.CharField(
        label=_("Note for the driver"), required=False, max_length=200, validators=[no_control]
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = own_sites(actor).order_by("name")  # type: ignore[attr-defined]
        self.fields["site"].label = _("Where")


class CancelCollectionForm(RefusableForm):
    """Why the buyer needs no collection any more."""

    reason = forms.CharField(
        label=_("In a few words"), required=False, max_length=200, validators=[no_control]
    )
