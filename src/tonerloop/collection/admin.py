"""The collection for the operator: everything is seen, nothing is changed past the verbs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tonerloop.collection.kept_models import KeptMonth, KeptUntil
from tonerloop.collection.models import (
    BoxTask,
    CarbonFactor,
    CollectionRequest,
    Count,
    DriverReport,
    Label,
    Piece,
    Registration,
    Stray,
    StrayPiece,
    Threshold,
    ThresholdReached,
)
from tonerloop.common.admin_tables import LookOnly, LookOnlyRows, Table


@admin.register(Registration)
class RegistrationAdmin(LookOnly):
    """Who takes part since when."""

    list_display = ("customer", "site", "way", "registered_at", "ended_at")
    list_select_related = ("customer", "site")
    search_fields = ("customer__name",)


@admin.register(BoxTask)
class BoxTaskAdmin(LookOnly):
    """Boxes that were or are to be sent out."""

    list_display = ("registration", "made_at", "sent_at", "sent_by")
    list_select_related = ("registration__customer", "sent_by")
    ordering = ("-pk",)


class Labels(LookOnlyRows):
    """The labels of a request."""

    model = Label
    fields = ("identifier", "kind", "picked_up_at", "received_at")


class Reports(LookOnlyRows):
    """What the driver's phone told."""

    model = DriverReport
    fields = ("done_at", "outcome", "count", "applied")


@admin.register(CollectionRequest)
class CollectionRequestAdmin(LookOnly):
    """Collections with their labels and reports."""

    list_display = ("number", "customer", "status", "announced", "counted", "requested_at")
    list_select_related = ("customer",)
    list_filter = ("status",)
    search_fields = ("number", "customer__name")
    ordering = ("-pk",)
    inlines = (Labels, Reports)


@admin.register(Label)
class LabelAdmin(LookOnly):
    """Identifiers of containers and pieces."""

    list_display = ("identifier", "kind", "customer", "request", "received_at")
    list_select_related = ("customer", "request")
    search_fields = ("=identifier",)
    ordering = ("-pk",)


class Counts(LookOnlyRows):
    """What a piece was counted as, and corrections."""

    model = Count
    fields = ("quantity", "consumable", "unknown_model", "condition", "at", "by", "reason")


@admin.register(Piece)
class PieceAdmin(LookOnly):
    """Pieces that reached a recovery centre."""

    list_display = ("label", "request", "centre")
    list_select_related = ("label", "request", "centre")
    search_fields = ("=label__identifier",)
    ordering = ("-pk",)
    inlines = (Counts,)


class Reached(LookOnlyRows):
    """When a threshold was reached."""

    model = ThresholdReached
    fields = ("since", "value", "at")


@admin.register(Threshold)
class ThresholdAdmin(LookOnly):
    """Of which counts and rates manufacturers want to be told."""

    list_display = ("manufacturer", "kind", "amount", "consumable", "since", "ended_at")
    list_select_related = ("manufacturer", "consumable")
    search_fields = ("manufacturer__name",)
    ordering = ("-pk",)
    inlines = (Reached,)


@admin.register(CarbonFactor)
class CarbonFactorAdmin(Table):
    """What a reused toner saves, and who says so; a new figure gets a new day, none is removed."""

    list_display = ("valid_from", "factor", "low", "high", "source", "year")
    ordering = ("-valid_from",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StrayPieces(LookOnlyRows):
    """What was found in a container without sender."""

    model = StrayPiece
    fields = ("label", "consumable", "unknown_model", "condition", "at", "by")


@admin.register(Stray)
class StrayAdmin(LookOnly):
    """Containers that arrived without a sender."""

    list_display = ("label", "centre", "received_at", "request", "assigned_at", "reason")
    list_select_related = ("label", "centre", "request")
    ordering = ("-pk",)
    inlines = (StrayPieces,)


@admin.register(KeptMonth)
class KeptMonthAdmin(LookOnly):
    """The sums that reports read."""

    list_display = ("seller", "month", "zone", "consumable", "region", "collected", "delivered")
    list_select_related = ("seller", "consumable")
    list_filter = ("zone",)


@admin.register(KeptUntil)
class KeptUntilAdmin(LookOnly):
    """Until when months are summed up."""

    list_display = ("seller", "zone", "until")
    list_select_related = ("seller",)
