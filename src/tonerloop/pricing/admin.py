"""Prices for the operator."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly, Rows, Table
from tonerloop.pricing.models import (
    ConfirmationRule,
    Floor,
    PriceAgreement,
    PriceBreak,
    PurchasePrice,
)


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


@admin.register(Floor)
class FloorAdmin(Table):
    """The lowest prices that sellers confirm without a second thought."""

    list_display = ("seller", "consumable", "percent", "amount", "currency")
    list_select_related = ("seller", "consumable")
    list_filter = ("seller",)
    search_fields = ("consumable__part_number",)
    autocomplete_fields = ("seller", "consumable")


@admin.register(ConfirmationRule)
class ConfirmationRuleAdmin(LookOnly):
    """For which customers the server confirms prices by itself; sellers set it."""

    list_display = ("customer", "seller", "ceiling", "currency", "with_list", "set_at", "ended_at")
    list_select_related = ("customer", "seller")
    list_filter = ("seller",)
    search_fields = ("customer__name",)
