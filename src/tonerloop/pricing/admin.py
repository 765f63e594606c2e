"""Prices for the operator."""

from django.contrib import admin

from tonerloop.common.admin_tables import Rows, Table
from tonerloop.pricing.models import PriceAgreement, PriceBreak, PurchasePrice


class BreakRows(Rows):
    """The quantity breaks of an agreement."""

    model = PriceBreak
    extra = 0


@admin.register(PriceAgreement)
class PriceAgreementAdmin(Table):
    """Agreed prices by customer, group and list."""

    list_display = (
        "consumable",
        "seller",
        "customer",
        "group",
        "unit_price",
        "currency",
        "first_day",
        "last_day",
    )
    list_select_related = ("consumable", "seller", "customer", "group")
    list_filter = ("seller", "currency")
    search_fields = ("consumable__part_number", "customer__name", "group__name", "note")
    autocomplete_fields = ("seller", "customer", "group", "consumable")
    inlines = (BreakRows,)


@admin.register(PurchasePrice)
class PurchasePriceAdmin(Table):
    """What sellers pay manufacturers."""

    list_display = (
        "consumable",
        "seller",
        "manufacturer",
        "unit_price",
        "currency",
        "first_day",
        "last_day",
    )
    list_select_related = ("consumable", "seller", "manufacturer")
    list_filter = ("seller", "manufacturer")
    search_fields = ("consumable__part_number",)
    autocomplete_fields = ("seller", "manufacturer", "consumable")
