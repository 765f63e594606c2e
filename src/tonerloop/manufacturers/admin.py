"""What manufacturers' programs sent, for the operator."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.manufacturers.models import InboundMessage


@admin.register(InboundMessage)
class InboundMessageAdmin(LookOnly):
    """What manufacturers' programs sent, as they sent it."""

    list_display = ("received_at", "manufacturer", "path", "order_number", "outcome", "error")
    list_select_related = ("manufacturer",)
    list_filter = ("outcome", "manufacturer")
    search_fields = ("=order_number", "path")
    ordering = ("-pk",)
