"""Orders for the operator: everything is seen, nothing is changed past the verbs."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from tonerloop.common.admin_tables import LookOnly, LookOnlyRows
from tonerloop.common.references import normalised
from tonerloop.orders.deadlines import Deadline
from tonerloop.orders.models import (
    ApprovalRequest,
    Basket,
    BasketLine,
    Delivery,
    LineAnswer,
    Order,
    OrderLine,
    Proposal,
    ProposalLine,
    Return,
    Shipment,
    ShipmentLine,
)
from tonerloop.orders.saved_models import SavedLine, SavedList


class Lines(LookOnlyRows):
    """An order's lines."""

    model = OrderLine
    fields = (
        "position",
        "consumable",
        "equipment",
        "fits",
        "state",
        "unit_price",
        "price_from",
        "purchase_price",
        "ordered_quantity",
        "approved_quantity",
        "shipped_quantity",
        "delivered_quantity",
        "returned_quantity",
    )


class Proposals(LookOnlyRows):
    """Answers of an order that waited or wait for the buyer."""

    model = Proposal


class Requests(LookOnlyRows):
    """An order's approval requests."""

    model = ApprovalRequest


class Shipments(LookOnlyRows):
    """What left the manufacturer."""

    model = Shipment


@admin.register(Order)
class OrderAdmin(LookOnly):
    """Orders of all sellers."""

    list_display = ("__str__", "status", "placed_at", "customer", "seller", "manufacturer", "money")
    list_select_related = ("customer", "seller", "manufacturer")
    list_filter = ("status", "seller", "manufacturer")
    search_fields = ("=number", "customer__name", "reference", "manufacturer_reference")
    search_help_text = _("Order number with or without hyphens, customer, or reference.")
    date_hierarchy = "placed_at"
    ordering = ("-placed_at",)
    inlines = (Lines, Proposals, Requests, Shipments)
    readonly_fields = ("journal",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """Find a number as people write it, too."""
        plain = normalised(search_term)
        term = plain if plain.isdigit() else search_term
        return super().get_search_results(request, queryset, term)

    @admin.display(description=_("total"))
    def money(self, order: Order) -> str:
        """The order's total with its currency."""
        return f"{order.total} {order.currency}"

    @admin.display(description=_("What happened"))
    def journal(self, order: Order) -> str:
        """Links to the journal's entries and the messages of this order."""
        entries = reverse("admin:journal_entry_changelist")
        messages = reverse("admin:outbound_message_changelist")
        link = (
            '<a href="{}?subject_kind=order&subject_id={}">{}</a> · <a href="{}?order_id={}">{}</a>'
        )
        told = (_("Journal"), _("Messages"))
        return format_html(link, entries, order.pk, told[0], messages, order.pk, told[1])


@admin.register(OrderLine)
class OrderLineAdmin(LookOnly):
    """Lines of all orders."""

    list_display = ("order", "position", "consumable", "state", "ordered_quantity", "unit_price")
    list_select_related = ("order", "consumable")
    list_filter = ("state", "fits")
    search_fields = ("=order__number", "=consumable__part_number")
    ordering = ("-pk",)


class ChangedLines(LookOnlyRows):
    """The lines that a proposal would change."""

    model = ProposalLine
    fields = (
        "line",
        "old_consumable",
        "new_consumable",
        "old_price",
        "new_price",
        "old_quantity",
        "new_quantity",
        "old_date",
        "new_date",
        "accepted",
    )


@admin.register(Proposal)
class ProposalAdmin(LookOnly):
    """Proposals and questions to buyers."""

    list_display = ("order", "side", "made_at", "made_by", "answer", "answered_at")
    list_select_related = ("order", "made_by")
    list_filter = ("side", "answer")
    search_fields = ("=order__number",)
    ordering = ("-pk",)
    inlines = (ChangedLines,)


class Answers(LookOnlyRows):
    """What the manufacturer answered, line by line."""

    model = LineAnswer


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(LookOnly):
    """Approval requests to manufacturers."""

    list_display = ("order", "opened_at", "fetched_at", "closed_at", "outcome")
    list_select_related = ("order",)
    list_filter = ("outcome",)
    search_fields = ("=order__number",)
    ordering = ("-pk",)
    inlines = (Answers,)


@admin.register(LineAnswer)
class LineAnswerAdmin(LookOnly):
    """Manufacturers' answers to single lines."""

    list_display = ("request", "line", "kind", "quantity", "promised_date", "reason")
    list_select_related = ("request", "line")
    list_filter = ("kind", "reason")
    search_fields = ("=request__order__number",)
    ordering = ("-pk",)


class ShippedLines(LookOnlyRows):
    """The pieces in a shipment."""

    model = ShipmentLine


@admin.register(Shipment)
class ShipmentAdmin(LookOnly):
    """Shipments."""

    list_display = ("order", "shipped_at", "carrier", "tracking_number")
    list_select_related = ("order",)
    search_fields = ("=order__number", "tracking_number")
    ordering = ("-pk",)
    inlines = (ShippedLines,)


@admin.register(Return)
class ReturnAdmin(LookOnly):
    """Returned pieces."""

    list_display = ("order", "line", "seller", "quantity", "reason", "recorded_at", "recorded_by")
    list_select_related = ("line__order", "seller", "recorded_by")
    list_filter = ("reason", "seller")
    search_fields = ("=line__order__number",)
    ordering = ("-pk",)

    @admin.display(description=_("order"))
    def order(self, returned: Return) -> str:
        """The order whose line came back."""
        return str(returned.line.order)


class BasketLines(LookOnlyRows):
    """What lies in a basket."""

    model = BasketLine
    show_change_link = False


@admin.register(Basket)
class BasketAdmin(LookOnly):
    """Baskets, ordered or not."""

    list_display = ("key", "customer", "seller", "person", "placed_at")
    list_select_related = ("customer", "seller", "person")
    search_fields = ("customer__name", "person__email")
    ordering = ("-pk",)
    inlines = (BasketLines,)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Everything that a basket holds."""
        return ("key", "seller", "customer", "person", "reference", "requested_date", "placed_at")


@admin.register(Deadline)
class DeadlineAdmin(LookOnly):
    """By when somebody has to answer, what was told and when it ended."""

    list_display = ("order", "status", "stage", "due_at", "passed_at", "closed_at", "closed_by")
    list_select_related = ("order",)
    list_filter = ("status", "stage")
    search_fields = ("=order__number",)
    ordering = ("-pk",)


@admin.register(Delivery)
class DeliveryAdmin(LookOnly):
    """What arrived, and when."""

    list_display = ("at", "line", "quantity")
    list_select_related = ("line__order", "line__consumable")
    ordering = ("-pk",)


class SavedLines(LookOnlyRows):
    """A saved list's lines."""

    model = SavedLine


@admin.register(SavedList)
class SavedListAdmin(LookOnly):
    """What customers keep to order it again."""

    list_display = ("name", "customer", "saved_by", "saved_at")
    list_select_related = ("customer", "saved_by")
    list_filter = ("seller",)
    search_fields = ("name", "customer__name")
    inlines = (SavedLines,)
