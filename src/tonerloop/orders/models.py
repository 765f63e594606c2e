"""Baskets, orders, their lines, approval requests, shipments and returns."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse
from django.utils import timezone

from tonerloop.catalogue.models import Consumable
from tonerloop.common.actor import Actor, Side
from tonerloop.common.money import CURRENCIES
from tonerloop.common.references import grouped
from tonerloop.fleet.models import Equipment
from tonerloop.orders.answer_models import ApprovalRequest as ApprovalRequest
from tonerloop.orders.answer_models import LineAnswer as LineAnswer
from tonerloop.orders.answer_models import Proposal as Proposal
from tonerloop.orders.answer_models import ProposalLine as ProposalLine
from tonerloop.orders.deadlines import renew
from tonerloop.orders.querysets import OrderQuerySet
from tonerloop.orders.saved_models import SavedLine, SavedList  # noqa: F401 - Django looks here
from tonerloop.orders.search_words import Words
from tonerloop.orders.states import (
    MOVES,
    CancelReason,
    LineState,
    ReturnReason,
    Status,
    check_move,
)
from tonerloop.parties.models import Customer, Manufacturer, Person, Seller, Site
from tonerloop.points.models import Account
from tonerloop.pricing.models import ConfirmationRule, PriceAgreement

MAX_QUANTITY = 500  # of one line; more is refused with a word, since it is mostly a slip


class NumberKey(models.Model):
    """The secret that scatters order numbers; made once by a migration, never changed."""

    key = models.BinaryField(max_length=32)


class Basket(models.Model):
    """What a buyer has typed and not yet ordered; `key` makes its confirmation happen once."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40, blank=True)
    requested_date = models.DateField(null=True)
    placed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "person"], condition=Q(placed_at=None), name="one_open_basket"
            )
        ]


class BasketLine(models.Model):
    """So many of a consumable, for a machine (or none), sent to a site."""

    basket = models.ForeignKey(Basket, models.CASCADE, related_name="lines")
    consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    equipment = models.ForeignKey(Equipment, models.CASCADE, null=True, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    meant = models.BooleanField(default=False)  # fits no machine, and the buyer said so

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basket", "consumable", "equipment"],
                name="basket_line_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="basket_quantity"
            ),
        ]


class Order(models.Model):
    """One customer, one seller, one manufacturer, one currency, one ship-to site."""

    number = models.CharField(max_length=10, unique=True, editable=False)
    basket = models.ForeignKey(Basket, models.PROTECT, related_name="orders", null=True)
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="orders")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="orders")
    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="orders")
    site = models.ForeignKey(Site, models.PROTECT, related_name="orders")
    currency = models.CharField(max_length=3, choices=CURRENCIES)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PLACED)
    version = models.PositiveIntegerField(default=1)  # rises with each change: a stale page is told

    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(Person, models.PROTECT, related_name="orders_placed")
    reference = models.CharField(max_length=40, blank=True)
    requested_date = models.DateField(null=True)
    expected_date = models.DateField()  # as shown at review
    agreed_date = models.DateField(null=True)  # wished by the customer, or a later one it agreed to
    promised_date = models.DateField(null=True)  # by the manufacturer

    subtotal = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    taxes = models.JSONField(default=list)  # [{"percent", "base", "tax"}] as text, rounded per rate

    points = models.PositiveIntegerField(default=0)  # used for the reduction below
    points_account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    reduction = models.DecimalField(max_digits=14, decimal_places=2, default=0)  # after tax

    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_rule = models.ForeignKey(  # never looked for by it, hence no index
        ConfirmationRule, models.PROTECT, null=True, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(null=True)
    manufacturer_reference = models.CharField(max_length=40, blank=True)
    shipped_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivery_assumed = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_side = models.CharField(max_length=20, blank=True)
    cancel_reason = models.CharField(max_length=20, choices=CancelReason.choices, blank=True)
    cancel_text = models.CharField(max_length=500, blank=True)

    objects = OrderQuerySet.as_manager()
    moved_by: Side | None = None  # set by a move until it is saved
    just_placed: "JustPlaced | None" = None  # set by the placing, which need not be read back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basket", "manufacturer", "site", "currency"], name="basket_ordered_once"
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^\d{10}$"), name="order_number_form"
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="order_status_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None, confirmed_rule=None)
                | Q(confirmed_at__isnull=False)
                & (
                    Q(confirmed_by__isnull=False, confirmed_rule=None)
                    | Q(confirmed_by=None, confirmed_rule__isnull=False)
                ),
                name="order_confirmed_pair",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CANCELLED, cancelled_at__isnull=False)
                & ~Q(cancel_reason="")
                | ~Q(status=Status.CANCELLED) & Q(cancelled_at=None, cancel_reason=""),
                name="order_cancelled_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["placed", "waiting_for_buyer", "cancelled"])
                | Q(confirmed_at__isnull=False),
                name="order_confirmed_before",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "partly_shipped", "shipped", "delivered"])
                | Q(approved_at__isnull=False, promised_date__isnull=False),
                name="order_approved_with_date",
            ),
            models.CheckConstraint(condition=Q(total=F("subtotal") + F("tax")), name="order_total"),
            models.CheckConstraint(
                condition=Q(reduction=0, points=0)
                | Q(reduction__gt=0, reduction__lte=F("total"), points__gt=0)
                & Q(points_account__isnull=False),
                name="order_reduction",
            ),
        ]
        indexes = [
            models.Index(fields=["seller", "status", "placed_at"], name="order_seller_status"),
            models.Index(fields=["seller", "-placed_at"], name="order_seller_time"),
            # A salesperson's customers are many: which order is how old is read in here alone.
            models.Index(
                fields=["customer", "-placed_at", "-id"],
                include=["seller", "manufacturer", "status"],
                name="order_of_customer",
            ),
            models.Index(  # a manufacturer knows of an order once its price is confirmed
                fields=["manufacturer", "-placed_at", "-id"],
                condition=Q(confirmed_at__isnull=False),
                name="order_known_to_maker",
            ),
            models.Index(
                F("manufacturer"),
                OpClass("manufacturer_reference", "varchar_pattern_ops"),
                name="order_maker_reference",
            ),
            models.Index(fields=["manufacturer", "status", "confirmed_at"], name="order_desk"),
            models.Index(
                fields=["seller", "cancelled_at"],
                condition=Q(cancelled_at__isnull=False),
                name="order_cancelled",
            ),
            # For those who look for an order by the last digits, or by a word of a reference.
            models.Index(OpClass(Reverse("number"), "text_pattern_ops"), name="order_number_end"),
            GinIndex(Words("reference"), condition=Q(reference__gt=""), name="order_reference"),
        ]

    def __str__(self) -> str:
        return grouped(self.number)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; where the order has moved, who had to answer has, and somebody else may have to."""
        super().save(*args, **kwargs)
        if self.moved_by is not None:
            renew(self, self.moved_by, timezone.now())
            self.moved_by = None

    def get_status_display(self) -> str:  # type: ignore[no-redef]  # django-stubs has Django's
        """The status in words; Django's own looks through all of them each time."""
        return str(Status(self.status).label)

    @property
    def to_pay(self) -> Decimal:
        """The total less what points pay of it."""
        return self.total - self.reduction

    def move(self, to: Status, *, side: Side) -> None:
        """Change the status in memory; IllegalMove unless the table says so."""
        check_move(self.status, to, side)
        self.status, self.version, self.moved_by = to, self.version + 1, side

    def may(self, to: Status, actor: Actor) -> bool:
        """True if this actor's side may move the order there now (for what a screen offers)."""
        return actor.side in MOVES[Status(self.status)].get(to, frozenset())


class OrderLine(models.Model):
    """One consumable of an order, with what became of each piece."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    substitute_for = models.ForeignKey(Consumable, models.PROTECT, null=True, related_name="+")
    equipment = models.ForeignKey(Equipment, models.PROTECT, null=True, related_name="+")
    fits = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=LineState.choices, default=LineState.OPEN)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)  # None: on request
    ordered_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    agreement = models.ForeignKey(PriceAgreement, models.PROTECT, null=True, related_name="+")
    price_from = models.CharField(max_length=20, blank=True)  # customer, group, list, salesperson
    purchase_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    purchase_currency = models.CharField(max_length=3, blank=True)
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2)
    promised_date = models.DateField(null=True)  # by the manufacturer; the order's is the latest
    ordered_quantity = models.PositiveIntegerField()
    approved_quantity = models.PositiveIntegerField(default=0)
    shipped_quantity = models.PositiveIntegerField(default=0)
    delivered_quantity = models.PositiveIntegerField(default=0)
    returned_quantity = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_once"),
            models.CheckConstraint(
                condition=Q(
                    ordered_quantity__gte=1,
                    approved_quantity__lte=F("ordered_quantity"),
                    shipped_quantity__lte=F("approved_quantity"),
                    delivered_quantity__lte=F("shipped_quantity"),
                    returned_quantity__lte=F("delivered_quantity"),
                ),
                name="order_line_quantities",
            ),
        ]
        indexes = [
            models.Index(fields=["consumable", "order"], name="line_of_consumable"),
            models.Index(fields=["order"], condition=Q(fits=False), name="line_meant"),
            models.Index(fields=["order"], include=["delivered_quantity"], name="line_delivered"),
        ]

    @property
    def counted_quantity(self) -> int:
        """So many pieces are to be paid: those approved once the line is accepted, else ordered."""
        accepted = self.state == LineState.ACCEPTED
        return self.approved_quantity if accepted else self.ordered_quantity

    @property
    def amount(self) -> Decimal | None:
        """Price of the whole line before tax; None while the price is on request."""
        return None if self.unit_price is None else self.unit_price * self.counted_quantity

    @property
    def purchase_amount(self) -> Decimal | None:
        """What the seller pays the manufacturer for the line; None where nothing is agreed."""
        price = self.purchase_price
        return None if price is None else price * self.counted_quantity


@dataclass(frozen=True)
class JustPlaced:
    """What hangs on an order right after its placing."""

    lines: list[OrderLine]
    answer_by: datetime


class Shipment(models.Model):
    """What left the manufacturer at one time."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="shipments")
    shipped_at = models.DateTimeField()
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=40, blank=True)  # the delivery note's, from programs

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "reference"], condition=~Q(reference=""), name="shipment_once"
            )
        ]


class ShipmentLine(models.Model):
    """So many pieces of one line in a shipment."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "line"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="shipment_line_quantity"),
        ]


class Delivery(models.Model):
    """So many pieces of one line that arrived at one time; never edited.

    The line's `delivered_quantity` is their sum; collection counts them since a day.
    """

    append_only = True

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="deliveries")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="delivery_quantity")
        ]
        indexes = [
            models.Index(fields=["customer", "at"], name="delivery_of_customer"),
            models.Index(fields=["at"], name="delivery_time"),
        ]


class Return(models.Model):
    """Pieces of one line that came back; never edited."""

    append_only = True

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returns")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=ReturnReason.choices)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gte=1), name="return_quantity")]
        indexes = [
            models.Index(fields=["seller", "recorded_at"], name="return_of_seller"),
            models.Index(fields=["recorded_at"], name="return_time"),
        ]
