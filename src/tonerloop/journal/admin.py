"""The journal for the operator: read, never changed."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.journal.models import Entry


@admin.register(Entry)
class EntryAdmin(LookOnly):
    """What happened."""

    list_display = ("at", "event", "subject_kind", "subject_id", "role", "person_id", "rule", "key")
    list_filter = ("event", "role")
    search_fields = ("=subject_id", "=person_id")
    ordering = ("-pk",)
