"""The life of a collection request on one screen, and what a counted piece can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Side


class Status(models.TextChoices):
    """The same words for everybody."""

    REQUESTED = "requested", _("Requested")
    SCHEDULED = "scheduled", _("Scheduled")
    PICKED_UP = "picked_up", _("Picked up")
    RECEIVED = "received", _("Received")
    COUNTED = "counted", _("Counted")
    CANCELLED = "cancelled", _("Cancelled")


B, S, C = Side.BUYER, Side.SELLER, Side.COLLECTOR

# From → to → the sides that may do it. What is not here is refused, by every door.
MOVES: dict[Status, dict[Status, frozenset[Side]]] = {
    Status.REQUESTED: {
        Status.SCHEDULED: frozenset({S, C}),
        Status.RECEIVED: frozenset({C}),  # brought or sent without being fetched
        Status.CANCELLED: frozenset({B, S}),
    },
    Status.SCHEDULED: {
        Status.SCHEDULED: frozenset({S, C}),  # another day or driver
        Status.REQUESTED: frozenset({C}),  # nobody was there: to be scheduled again
        Status.PICKED_UP: frozenset({C}),
        Status.RECEIVED: frozenset({C}),
        Status.CANCELLED: frozenset({B, S}),
    },
    Status.PICKED_UP: {Status.RECEIVED: frozenset({C})},
    Status.RECEIVED: {Status.COUNTED: frozenset({C})},
    Status.COUNTED: {},
    Status.CANCELLED: {},
}
OPEN = frozenset(Status) - {Status.COUNTED, Status.CANCELLED}


class Way(models.TextChoices):
    """How a customer hands over its used cartridges."""

    BOX = "box", _("A full box")
    PIECES = "pieces", _("Single pieces")


class Condition(models.TextChoices):
    """What the clerk sees of a piece."""

    REUSABLE = "reusable", _("Reusable")
    RECYCLABLE = "recyclable", _("Recyclable")
    OTHER_MAKER = "other_maker", _("Other maker’s")
    DAMAGED = "damaged", _("Damaged")


class Missed(models.TextChoices):
    """Why a driver could not do what was asked."""

    NOBODY_THERE = "nobody_there", _("Nobody there")
    NOTHING_READY = "nothing_ready", _("Nothing was ready")
    NO_ACCESS = "no_access", _("Could not get to it")
    WRONG_COUNT = "wrong_count", _("Another number than announced")


class IllegalMove(Exception):
    """The request has moved on, or this side may not do that; nothing was changed."""

    def __init__(self, status: str, wanted: str) -> None:
        super().__init__(f"{status} → {wanted}")
        self.status, self.wanted = Status(status), Status(wanted)


def check_move(status: str, to: Status, side: Side) -> None:
    """Raise IllegalMove unless MOVES lets this side move a request from `status` to `to`."""
    if side not in MOVES[Status(status)].get(to, frozenset()):
        raise IllegalMove(status, to)
