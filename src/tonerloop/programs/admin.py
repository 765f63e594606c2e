"""Programs for the operator: their keys, and what they asked to be changed."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.programs.models import ApiKey, Call, KeptAnswer, Used


@admin.register(ApiKey)
class ApiKeyAdmin(LookOnly):
    """Keys of programs; a key itself is shown once, to its organisation."""

    list_display = ("label", "prefix", "role", "created_at", "expires_at", "revoked_at")
    list_filter = ("role",)
    search_fields = ("label", "prefix", "manufacturer__name", "customer__name", "seller__name")
    exclude = ("hash",)
    ordering = ("-pk",)


@admin.register(Call)
class CallAdmin(LookOnly):
    """What programs asked to be changed, and what they were told."""

    list_display = ("at", "key", "method", "path", "status", "detail")
    list_select_related = ("key",)
    list_filter = ("status",)
    search_fields = ("path", "=key__prefix")
    ordering = ("-pk",)


@admin.register(KeptAnswer)
class KeptAnswerAdmin(LookOnly):
    """Answers that are given again to the same request."""

    list_display = ("at", "owner", "key", "status", "location")
    search_fields = ("=key", "=owner")
    ordering = ("-pk",)


@admin.register(Used)
class UsedAdmin(LookOnly):
    """Calls in the current minute, by key or network address."""

    list_display = ("bucket", "minute", "calls")
    ordering = ("-minute",)
