"""The catalogue for the operator: machines, consumables, what fits what."""

from django.contrib import admin

from tonerloop.catalogue.models import Compatibility, Consumable, EquipmentModel
from tonerloop.common.admin_tables import Rows, Table


class FitsModels(Rows):
    """The machines that a consumable fits."""

    model = Compatibility
    extra = 0
    autocomplete_fields = ("equipment_model",)


class FittingConsumables(Rows):
    """The consumables that fit a machine."""

    model = Compatibility
    extra = 0
    autocomplete_fields = ("consumable",)


@admin.register(EquipmentModel)
class EquipmentModelAdmin(Table):
    """Types of printers, copiers and fax machines."""

    list_display = ("name", "manufacturer")
    list_select_related = ("manufacturer",)
    list_filter = ("manufacturer",)
    search_fields = ("name", "manufacturer__name")
    autocomplete_fields = ("manufacturer",)
    inlines = (FittingConsumables,)


@admin.register(Consumable)
class ConsumableAdmin(Table):
    """What is ordered by part number."""

    list_display = ("part_number", "name", "kind", "colour", "manufacturer", "active")
    list_select_related = ("manufacturer",)
    list_filter = ("manufacturer", "kind", "colour", "active")
    search_fields = ("part_number", "name", "gtin")
    autocomplete_fields = ("manufacturer",)
    inlines = (FitsModels,)


@admin.register(Compatibility)
class CompatibilityAdmin(Table):
    """Which consumable fits which machine."""

    list_display = ("consumable", "equipment_model")
    list_select_related = ("consumable", "equipment_model")
    search_fields = ("consumable__part_number", "equipment_model__name")
    autocomplete_fields = ("consumable", "equipment_model")
