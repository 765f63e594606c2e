"""The customers' machines for the operator."""

from django.contrib import admin

from tonerloop.common.admin_tables import Table
from tonerloop.fleet.models import Equipment


@admin.register(Equipment)
class EquipmentAdmin(Table):
    """Installed machines."""

    list_display = ("model", "serial_number", "customer", "site", "location", "retired")
    list_select_related = ("model", "customer", "site")
    list_filter = ("retired", "seller")
    search_fields = ("serial_number", "asset_tag", "model__name", "customer__name")
    autocomplete_fields = ("seller", "customer", "site", "model")
