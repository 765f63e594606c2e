"""Parties for the operator: organisations, people and their roles."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tonerloop.common.admin_tables import LookOnly, Rows, Table
from tonerloop.parties.models import (
    Absence,
    Collector,
    Customer,
    CustomerGroup,
    Manufacturer,
    Membership,
    Person,
    RecoveryCentre,
    Seller,
    Site,
    TaxRate,
    WorkingTime,
)


class LowerEmail(forms.ModelForm):  # type: ignore[type-arg]
    """Keeps log-in names in small letters, as they are looked up."""

    def clean_email(self) -> str:
        """The address as it is kept."""
        return str(self.cleaned_data["email"]).strip().lower()


class NewPersonForm(LowerEmail, AdminUserCreationForm):  # type: ignore[type-arg]
    """A new person with a password, or with none until they set it by mail."""

    class Meta:
        model = Person
        fields = ("email", "name")


class PersonForm(LowerEmail, UserChangeForm):  # type: ignore[type-arg]
    """A person's facts; the password is changed on a page of its own."""

    class Meta:
        model = Person
        fields = (
            "email",
            "password",
            "name",
            "phone",
            "language",
            "time_zone",
            "is_active",
            "is_staff",
            "is_superuser",
        )


class MembershipRows(Rows):
    """A person's roles."""

    model = Membership
    extra = 0
    autocomplete_fields = ("seller", "customer", "manufacturer", "sites")


@admin.register(Person)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    """People who log in."""

    form = PersonForm
    add_form = NewPersonForm
    ordering = ("email",)
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active", "memberships__role")
    search_fields = ("email", "name")
    filter_horizontal = ()
    inlines = (MembershipRows,)
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "phone", "language", "time_zone")}),
        (_("Log-in"), {"fields": ("is_active", "is_staff", "is_superuser", "last_login")}),
    )
    readonly_fields = ("last_login",)
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def get_inlines(self, request: Any, obj: Person | None) -> Any:
        """Roles are given once the person exists."""
        return self.inlines if obj else ()


@admin.register(Seller)
class SellerAdmin(Table):
    """Dealers."""

    list_display = ("name", "order_email", "phone", "currency", "time_zone")
    search_fields = ("name", "order_email")


@admin.register(Manufacturer)
class ManufacturerAdmin(Table):
    """Makers of machines and consumables."""

    list_display = ("name", "order_email", "phone", "time_zone")
    search_fields = ("name", "order_email")


@admin.register(CustomerGroup)
class CustomerGroupAdmin(Table):
    """Groups of customers who share prices."""

    list_display = ("name", "seller")
    list_select_related = ("seller",)
    list_filter = ("seller",)
    search_fields = ("name", "seller__name")
    autocomplete_fields = ("seller",)


@admin.register(Customer)
class CustomerAdmin(Table):
    """Accounts of organisations with a seller."""

    list_display = ("name", "number", "seller", "group", "salesperson", "deputy")
    list_select_related = ("seller", "group", "salesperson", "deputy")
    list_filter = ("seller",)
    search_fields = ("name", "number", "order_email")
    autocomplete_fields = ("seller", "group", "salesperson", "deputy")


@admin.register(Site)
class SiteAdmin(Table):
    """Places where machines stand and goods are sent."""

    list_display = ("name", "customer", "seller", "region", "closed")
    list_select_related = ("customer", "seller")
    list_filter = ("closed", "seller")
    search_fields = ("name", "customer__name", "address")
    autocomplete_fields = ("seller", "customer")


@admin.register(TaxRate)
class TaxRateAdmin(Table):
    """Tax by seller and class of product."""

    list_display = ("seller", "product_class", "percent")
    list_select_related = ("seller",)
    autocomplete_fields = ("seller",)


@admin.register(Membership)
class MembershipAdmin(Table):
    """Who is what in which organisation."""

    list_display = ("person", "role", "seller", "customer", "manufacturer", "active")
    list_select_related = ("person", "seller", "customer", "manufacturer")
    list_filter = ("role", "active", "seller")
    search_fields = ("person__email", "person__name", "customer__name")
    autocomplete_fields = ("person", "seller", "customer", "manufacturer", "sites")


@admin.register(WorkingTime)
class WorkingTimeAdmin(LookOnly):
    """When sellers and manufacturers work, and whom they have reminded when."""

    list_display = ("__str__", "price_minutes", "approval_minutes", "buyer_minutes")
    list_select_related = ("seller", "manufacturer")
    ordering = ("pk",)


@admin.register(Absence)
class AbsenceAdmin(LookOnly):
    """Who is away, and who stands in."""

    list_display = ("person", "deputy", "seller", "begins_at", "ends_at")
    list_select_related = ("person", "deputy", "seller")
    ordering = ("-pk",)


admin.site.unregister(Authenticator)  # its own page would show the secrets
admin.site.unregister(Group)  # nobody's permissions hang on groups


@admin.register(Authenticator)
class SecondFactorAdmin(LookOnly):
    """Second factors without their secrets; a lost one can be taken away."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The operator lets somebody in again whose telephone is lost."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


class Centres(Rows):
    """A collector's recovery centres."""

    model = RecoveryCentre
    extra = 0


@admin.register(Collector)
class CollectorAdmin(Table):
    """Who fetches used cartridges, with its recovery centres."""

    list_display = ("name", "phone", "time_zone")
    search_fields = ("name",)
    inlines = (Centres,)


@admin.register(RecoveryCentre)
class RecoveryCentreAdmin(Table):
    """Where what was collected is counted."""

    list_display = ("name", "collector")
    list_select_related = ("collector",)
    search_fields = ("name",)
