"""Messages for the operator: whether each arrived."""

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tonerloop.common.actor import known
from tonerloop.common.admin_tables import LookOnly
from tonerloop.outbound.actions import send_mails_again
from tonerloop.outbound.models import Attempt, Delivery, Device, Endpoint, Message


@admin.register(Message)
class MessageAdmin(LookOnly):
    """E-mails and requests that left the building."""

    list_display = ("created_at", "template", "channel", "recipient", "state", "attempts", "error")
    list_filter = ("state", "channel", "template")
    search_fields = ("recipient", "=order_id")
    ordering = ("-pk",)
    actions = ("send_again",)

    @admin.action(description=_("Send failed e-mails again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Those of the chosen ones that have failed; it stands in the operator's log."""
        count = send_mails_again(list(queryset.values_list("pk", flat=True)))
        said = ngettext(
            "%(count)d e-mail is sent again.", "%(count)d e-mails are sent again.", count
        )
        messages.success(request, said % {"count": count})
        LogEntry.objects.create(
            user_id=known(request.user.pk),
            content_type=ContentType.objects.get_for_model(Message),
            object_repr=f"{count} e-mails",
            action_flag=CHANGE,
            change_message="sent again",
        )


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
