"""Messages for the operator: whether each arrived."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.outbound.models import Message


@admin.register(Message)
class MessageAdmin(LookOnly):
    """E-mails and requests that left the building."""

    list_display = ("created_at", "template", "channel", "recipient", "state", "attempts", "error")
    list_filter = ("state", "channel", "template")
    search_fields = ("recipient", "=order_id")
    ordering = ("-pk",)
