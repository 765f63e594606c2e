"""Forms of customers, sites, people, machines and the seller itself."""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tonerloop.fleet.actions import MachineFacts
from tonerloop.fleet.models import Equipment
from tonerloop.parties.actions import (
    CustomerFacts,
    Invitation,
    SellerFacts,
    SiteFacts,
    seller_people,
)
from tonerloop.parties.models import Customer, CustomerGroup, Person, Seller, Site
from tonerloop.web.seller.records_fields import Amount, Text


class CustomerForm(forms.Form):
    """What a seller keeps about a customer."""

    number = Text(label=gettext_lazy("Customer number"), max_length=20)
    name = Text(label=gettext_lazy("Name"), max_length=120)
    group = forms.ModelChoiceField(
        CustomerGroup.objects.none(),
        label=gettext_lazy("Customer group"),
        required=False,
    )
    salesperson = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Salesperson in charge")
    )
    deputy = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Deputy"), required=False
    )
    phone = Text(label=gettext_lazy("Telephone"), max_length=30, required=False)
    address = Text(label=gettext_lazy("Address"), max_length=500, lines=3, required=False)
    order_email = forms.EmailField(
        label=gettext_lazy("Order mailbox"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Gets a copy of each mail to the customer's buyers."),
    )

    def __init__(self, *args: Any, seller_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = seller_people(seller_id)
        _offer(self, "salesperson", people)
        _offer(self, "deputy", people)
        _offer(
            self,
            "group",
            CustomerGroup.objects.filter(seller_id=seller_id).order_by("name"),
        )

    def facts(self) -> CustomerFacts:
        """The typed facts as the verb takes them."""
        given = self.cleaned_data
        names = ("number", "name", "phone", "address", "order_email")
        return CustomerFacts(
            **{name: given[name] for name in names},
            salesperson_id=given["salesperson"].pk,
            deputy_id=given["deputy"].pk if given["deputy"] else None,
            group_id=given["group"].pk if given["group"] else None,
        )

    @staticmethod
    def initial_of(customer: Customer) -> dict[str, Any]:
        """What the form shows for a customer."""
        names = ("number", "name", "phone", "address", "order_email")
        shown = {name: getattr(customer, name) for name in names}
        people = {"salesperson": customer.salesperson_id, "deputy": customer.deputy_id}
        return {**shown, **people, "group": customer.group_id}


class SiteForm(forms.Form):
    """A place where machines stand and goods are sent."""

    name = Text(label=gettext_lazy("Name of the site"), max_length=80)
    address = Text(label=gettext_lazy("Address"), max_length=500, lines=3)
    phone = Text(label=gettext_lazy("Telephone"), max_length=30, required=False)
    region = Text(
        label=gettext_lazy("Region"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("For the collection’s figures, such as a prefecture or a county."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Regions that the seller uses already are offered, so that one is not spelt in two ways.
        self.fields["region"].widget.attrs["list"] = "regions"

    def facts(self) -> SiteFacts:
        """The typed facts as the verb takes them."""
        return SiteFacts(**self.cleaned_data)

    @staticmethod
    def initial_of(site: Site) -> dict[str, Any]:
        """What the form shows for a site."""
        return {name: getattr(site, name) for name in ("name", "address", "phone", "region")}


class SitesForm(forms.Form):
    """For which sites a buyer orders."""

    all_sites = forms.BooleanField(
        label=gettext_lazy("All sites, also those to come"), required=False
    )
    sites = forms.ModelMultipleChoiceField(
        Site.objects.none(),
        label=gettext_lazy("Or only these sites"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "sites", customer.sites.filter(closed=False).order_by("name"))

    def site_ids(self) -> tuple[int, ...]:
        """The chosen sites."""
        return tuple(site.pk for site in self.cleaned_data["sites"])


class InvitationForm(SitesForm):
    """Whom to let in as a buyer."""

    name = Text(label=gettext_lazy("Name"), max_length=100)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=200)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    field_order = ("name", "email", "language", "all_sites", "sites")

    def invitation(self) -> Invitation:
        """The invitation as the verb takes it."""
        given = self.cleaned_data
        names = ("name", "email", "language", "all_sites")
        return Invitation(**{name: given[name] for name in names}, site_ids=self.site_ids())


class MachineForm(forms.Form):
    """Where a machine stands and how it is told from others."""

    site = forms.ModelChoiceField(Site.objects.none(), label=gettext_lazy("Site"))
    location = Text(
        label=gettext_lazy("Location"),
        max_length=80,
        help_text=gettext_lazy("As people there call it: 2nd floor, next to the lift."),
    )
    serial_number = Text(label=gettext_lazy("Serial number"), max_length=40)
    asset_tag = Text(label=gettext_lazy("Asset tag"), max_length=40, required=False)

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "site", customer.sites.filter(closed=False).order_by("name"))

    def facts(self) -> MachineFacts:
        """The typed facts as the verb takes them."""
        given = self.cleaned_data
        names = ("location", "serial_number", "asset_tag")
        return MachineFacts(**{name: given[name] for name in names}, site_id=given["site"].pk)

    @staticmethod
    def initial_of(machine: Equipment) -> dict[str, Any]:
        """What the form shows for a machine."""
        names = ("location", "serial_number", "asset_tag")
        return {
            **{name: getattr(machine, name) for name in names},
            "site": machine.site_id,
        }


class SellerForm(forms.Form):
    """The seller's own details, as its customers and manufacturers see them."""

    address = Text(label=gettext_lazy("Address"), max_length=500, lines=3)
    phone = Text(label=gettext_lazy("Telephone"), max_length=30)
    fax = Text(label=gettext_lazy("Fax"), max_length=30, required=False)
    order_email = forms.EmailField(label=gettext_lazy("Order mailbox"), max_length=200)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=[(zone, zone) for zone in sorted(available_timezones())],
        help_text=gettext_lazy("Prices begin and end at midnight in this time zone."),
    )
    shows_customer_price = forms.BooleanField(
        label=gettext_lazy("Show manufacturers the customer's price"),
        required=False,
        help_text=gettext_lazy("Otherwise they see only what you pay them."),
    )
    confirms_by_mail = forms.BooleanField(
        label=gettext_lazy("Prices may be confirmed by a link in the mail, without logging in"),
        required=False,
        help_text=gettext_lazy(
            "The link is for one order and one salesperson, holds four hours and works once. It is"
            " left out where a price is missing or unusual, or a second factor is required."
        ),
    )

    def facts(self) -> SellerFacts:
        """The typed facts as the verb takes them."""
        return SellerFacts(**self.cleaned_data)

    @staticmethod
    def initial_of(seller: Seller) -> dict[str, Any]:
        """What the form shows for a seller."""
        return {name: getattr(seller, name) for name in SellerForm.base_fields}


class GroupForm(forms.Form):
    """A customer group's name."""

    name = Text(label=gettext_lazy("Name of the group"), max_length=80)


class TaxForm(forms.Form):
    """Tax on one class of product."""

    product_class = forms.ChoiceField(label=gettext_lazy("Product class"))
    percent = Amount(label=gettext_lazy("Tax in percent"), most=Decimal(100))

    def __init__(self, *args: Any, classes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["product_class"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name) for name in classes]
        field.error_messages["invalid_choice"] = _("Choose a product class from the list.")


def _offer(form: forms.Form, name: str, rows: Any) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows
