"""Messages for the operator: whether each arrived."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.outbound.models import Attempt, Delivery, Device, Endpoint, Message


@admin.register(Message)
class MessageAdmin(LookOnly):
    """E-mails and requests that left the building."""

    list_display = ("created_at", "template", "channel", "recipient", "state", "attempts", "error")
    list_filter = ("state", "channel", "template")
    search_fields = ("recipient", "=order_id")
    ordering = ("-pk",)


@admin.register(Endpoint)
class EndpointAdmin(LookOnly):
    """Where other systems take messages, and how each fares; no secret is shown."""

    list_display = ("description", "key", "side", "url", "off", "failing_since", "last_ok_at")
    list_filter = ("side", "off")
    search_fields = ("description", "=key", "url")
    ordering = ("-pk",)


@admin.register(Delivery)
class DeliveryAdmin(LookOnly):
    """What was sent to other systems."""

    list_display = ("message", "endpoint", "subject_kind", "sequence", "next_at", "tried_at")
    list_select_related = ("message", "endpoint")
    search_fields = ("=message__message_id", "=endpoint__key")
    ordering = ("-pk",)


@admin.register(Attempt)
class AttemptAdmin(LookOnly):
    """Every try to deliver."""

    list_display = ("at", "delivery", "status", "milliseconds", "said")
    list_filter = ("status",)
    ordering = ("-pk",)


@admin.register(Device)
class DeviceAdmin(LookOnly):
    """Phones that take push messages; their addresses and keys are nobody's to read."""

    list_display = ("label", "person", "made_at", "last_success_at")
    list_select_related = ("person",)
    search_fields = ("person__email",)
    exclude = ("endpoint", "p256dh", "auth")
    ordering = ("-pk",)
