"""What salespeople's phones sent, for the operator."""

from django.contrib import admin

from tonerloop.common.admin_tables import LookOnly
from tonerloop.web.salesperson.models import KeptAnswer


@admin.register(KeptAnswer)
class KeptAnswerAdmin(LookOnly):
    """Answers that phones kept and sent, each carried out once."""

    list_display = ("at", "person", "order", "outcome")
    list_select_related = ("person", "order")
    ordering = ("-pk",)
