"""What a manufacturer was asked, what it answered, and what waits for the buyer's answer."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tonerloop.catalogue.models import Consumable
from tonerloop.orders.states import CancelReason
from tonerloop.parties.models import Manufacturer, Person


class ApprovalRequest(models.Model):
    """The ordering information as it went to the manufacturer, until answered or withdrawn."""

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="approval_requests")
    # The order's, so that its open requests are read without those of others: a trigger writes it.
    # Requests that were closed before it was there have none.
    manufacturer = models.ForeignKey(
        Manufacturer,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    opened_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)  # first seen by the desk or its program
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)  # approved, changed, cancelled, withdrawn

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(closed_at=None), name="one_open_request"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | Q(closed_at__isnull=False) & ~Q(outcome=""),
                name="request_closed_with_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["manufacturer", "id"], condition=Q(closed_at=None), name="request_open"
            )
        ]


class LineAnswer(models.Model):
    """The manufacturer's answer to one line of one approval request; never edited.

    It holds what was said, not what came of it: that is the line's state and quantities. Nulls
    and "" mean "as it stands in the request".
    """

    append_only = True

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        CHANGED = "changed", _("Changed")
        REJECTED = "rejected", _("Rejected")

    request = models.ForeignKey(ApprovalRequest, models.PROTECT, related_name="answers")
    line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    quantity = models.PositiveIntegerField(null=True)
    promised_date = models.DateField(null=True)
    substitute = models.ForeignKey(Consumable, models.PROTECT, null=True, related_name="+")
    purchase_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    purchase_currency = models.CharField(max_length=3, blank=True)
    reason = models.CharField(max_length=20, choices=CancelReason.choices, blank=True)
    text = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="line_answered_once"),
            models.CheckConstraint(
                condition=Q(kind="rejected", promised_date=None, quantity=None)
                & Q(substitute=None, purchase_price=None)
                & ~Q(reason="")
                | Q(kind__in=["accepted", "changed"], promised_date__isnull=False)
                & Q(reason="", text=""),
                name="line_answer_whole",
            ),
            models.CheckConstraint(
                condition=Q(quantity=None) | Q(quantity__gte=1), name="line_answer_quantity"
            ),
            models.CheckConstraint(
                condition=Q(purchase_price=None, purchase_currency="")
                | Q(purchase_price__gte=0) & ~Q(purchase_currency=""),
                name="line_answer_price",
            ),
        ]

    def facts(self) -> dict[str, Any]:
        """What was said, as the journal keeps it: what was not named is left out."""
        given = {
            "kind": str(self.kind),
            "quantity": self.quantity,
            "ordered": self.line.ordered_quantity if self.quantity else None,
            "substitute": self.substitute.part_number if self.substitute else "",
            "day": self.promised_date.isoformat() if self.promised_date else "",
            "price": None if self.purchase_price is None else str(self.purchase_price),
            "currency": self.purchase_currency,
            "reason": str(self.reason),
            "text": self.text,
        }
        return {name: value for name, value in given.items() if value}


class Proposal(models.Model):
    """An answer that is worse for the customer, or a question: it waits for the buyer."""

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="proposals")
    side = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    old_date = models.DateField(null=True)
    new_date = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=10, blank=True)  # yes, no, reply, void
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(answered_at=None), name="one_open_proposal"
            )
        ]

    @property
    def is_question(self) -> bool:
        """True if nothing is to be changed, only answered."""
        return self.new_date is None and not self.lines.all()

    @property
    def is_whole(self) -> bool:
        """True if a no ends the order: another day for all of it, or a line that cannot come."""
        return self.new_date is not None or any(change.is_lost for change in self.lines.all())


class ProposalLine(models.Model):
    """One line of the order as it is and as it would be; a quantity of 0: it would not come.

    Quantities and days are those of a manufacturer's answer; None where they stay as they are.
    """

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="lines")
    line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="+")
    old_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    new_price = models.DecimalField(max_digits=12, decimal_places=2)
    old_consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    new_consumable = models.ForeignKey(Consumable, models.PROTECT, related_name="+")
    old_quantity = models.PositiveIntegerField(null=True)
    new_quantity = models.PositiveIntegerField(null=True)
    old_date = models.DateField(null=True)
    new_date = models.DateField(null=True)
    reason = models.CharField(
        max_length=20, choices=CancelReason.choices, blank=True, default="", db_default=""
    )
    text = models.CharField(max_length=500, blank=True, default="", db_default="")
    accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(old_quantity=None, new_quantity=None)
                | Q(old_quantity__isnull=False, new_quantity__isnull=False),
                name="proposal_line_quantities",
            ),
            models.CheckConstraint(
                condition=Q(old_date=None, new_date=None)
                | Q(old_date__isnull=False, new_date__isnull=False),
                name="proposal_line_days",
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(new_quantity=0), name="proposal_line_lost_with_reason"
            ),
        ]

    @property
    def is_lost(self) -> bool:
        """True if the line would not come at all."""
        return self.new_quantity == 0

    @property
    def quantity_then(self) -> int:
        """So many pieces if it is accepted."""
        return self.line.ordered_quantity if self.new_quantity is None else self.new_quantity
