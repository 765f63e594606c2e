"""What manufacturers' programs sent, for the operator."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.manufacturers.models import (
    ApprovalRule,
    Connection,
    InboundMessage,
    ListPrice,
)


@admin.register(InboundMessage)
class InboundMessageAdmin(LookOnly):
    """What manufacturers' programs sent, as they sent it."""

    list_display = ("received_at", "manufacturer", "path", "order_number", "outcome", "error")
    list_select_related = ("manufacturer",)
    list_filter = ("outcome", "manufacturer")
    search_fields = ("=order_number", "path")
    ordering = ("-pk",)


@admin.register(Connection)
class ConnectionAdmin(LookOnly):
    """How requests reach each manufacturer."""

    list_display = ("manufacturer", "channel", "changed_at", "changed_by")
    list_select_related = ("manufacturer", "changed_by")
    list_filter = ("channel",)
    ordering = ("manufacturer__name",)


@admin.register(ListPrice)
class ListPriceAdmin(LookOnly):
    """Manufacturers' own prices, by which their rules check."""

    list_display = ("consumable", "unit_price", "currency", "first_day", "manufacturer")
    list_select_related = ("consumable", "manufacturer")
    list_filter = ("manufacturer", "currency")
    search_fields = ("consumable__part_number",)
    ordering = ("consumable__part_number", "-first_day")


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(LookOnly):
    """What the server approves for manufacturers."""

    list_display = ("name", "manufacturer", "tolerance", "begun_at", "ended_at")
    list_select_related = ("manufacturer",)
    list_filter = ("manufacturer",)
    search_fields = ("name", "manufacturer__name")
    ordering = ("-pk",)
