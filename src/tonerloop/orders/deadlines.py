"""By when somebody has to answer: rows that are written with the move that makes them wait.

They open and close where an order that moved is saved (`Order.save`), and where it is placed; so
they commit or vanish with the move, and outlive restarts.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from tonerloop.common.actor import Side
from tonerloop.common.worktime import Calendar
from tonerloop.orders.states import Status
from tonerloop.parties.models import Manufacturer, Seller
from tonerloop.parties.working import calendar_of, stages_of

if TYPE_CHECKING:
    from tonerloop.orders.models import Order

WAITED_FOR = (Status.PLACED, Status.WAITING, Status.PRICE_CONFIRMED)


class Deadline(models.Model):
    """One stage of one wait: told once at most, and only while the order still waits.

    `round` is the order's version when the wait began. A stage that comes up together with a
    later one (after an outage) is passed over, and only the later one is told.
    """

    order = models.ForeignKey("orders.Order", models.CASCADE, related_name="deadlines")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="+")
    manufacturer = models.ForeignKey(Manufacturer, models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=Status.choices)
    round = models.PositiveIntegerField()
    stage = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True)  # told, or passed over
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=20, blank=True)  # the side that moved the order on

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "round", "stage"], name="stage_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="")
                | Q(closed_at__isnull=False) & ~Q(closed_by=""),
                name="deadline_closed_by_a_side",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(closed_at=None, passed_at=None),
                name="deadline_to_tell",
            ),
            models.Index(
                fields=["seller", "status", "-closed_at"],
                condition=Q(stage=1, closed_at__isnull=False),
                name="answers_of_seller",
            ),
            models.Index(
                fields=["manufacturer", "status", "-closed_at"],
                condition=Q(stage=1, closed_at__isnull=False),
                name="answers_of_manufacturer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.stage}"


def renew(order: "Order", side: Side, at: datetime) -> None:
    """This side has moved the order on: nobody is reminded of what was asked before."""
    order.deadlines.filter(closed_at=None).update(closed_at=at, closed_by=side)
    if order.status in WAITED_FOR:
        Deadline.objects.bulk_create(rows_of(order, at))


def answer_time(order: "Order") -> tuple[Calendar, tuple[int, ...]]:
    """By whose hours the answer that an order waits for is due, and each stage's minutes."""
    stages = stages_of(order.seller)
    if order.status == Status.PRICE_CONFIRMED:
        return calendar_of(order.manufacturer), stages.approval
    asked = stages.price if order.status == Status.PLACED else stages.buyer
    return calendar_of(order.seller), asked


def rows_of(order: "Order", at: datetime) -> Iterator[Deadline]:
    """The stages of the wait that begins now, the last one last, unsaved."""
    calendar, stages = answer_time(order)
    for stage, minutes in enumerate(stages, start=1):
        yield Deadline(
            order_id=order.pk,
            seller_id=order.seller_id,
            manufacturer_id=order.manufacturer_id,
            status=order.status,
            round=order.version,
            stage=stage,
            opened_at=at,
            due_at=calendar.after(at, minutes),
        )
