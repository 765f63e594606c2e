"""Manufacturers' programs for the operator: their keys, and what they sent."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.manufacturers.models import ApiKey, InboundMessage


@admin.register(ApiKey)
class ApiKeyAdmin(LookOnly):
    """Keys of manufacturers' programs; a key itself is shown once, to its manufacturer."""

    list_display = ("label", "prefix", "manufacturer", "created_at", "last_used_at", "revoked_at")
    list_select_related = ("manufacturer",)
    list_filter = ("manufacturer",)
    search_fields = ("label", "prefix", "manufacturer__name")
    exclude = ("hash",)
    ordering = ("-pk",)


@admin.register(InboundMessage)
class InboundMessageAdmin(LookOnly):
    """What manufacturers' programs sent, as they sent it."""

    list_display = ("received_at", "manufacturer", "path", "order_number", "outcome", "error")
    list_select_related = ("manufacturer",)
    list_filter = ("outcome", "manufacturer")
    search_fields = ("=order_number", "path")
    ordering = ("-pk",)
