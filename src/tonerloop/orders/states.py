"""The life of an order on one screen: the states, and who may move it where."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tonerloop.common.actor import Side


class Status(models.TextChoices):
    """The same words for every party."""

    PLACED = "placed", _("Placed")
    WAITING = "waiting_for_buyer", _("Waiting for the buyer")
    PRICE_CONFIRMED = "price_confirmed", _("Price confirmed")
    APPROVED = "approved", _("Approved")
    PARTLY_SHIPPED = "partly_shipped", _("Partly shipped")
    SHIPPED = "shipped", _("Shipped")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


B, S, M, R = Side.BUYER, Side.SELLER, Side.MANUFACTURER, Side.SERVER

# From → to → the sides that may do it. What is not here is refused, by every door.
MOVES: dict[Status, dict[Status, frozenset[Side]]] = {
    Status.PLACED: {
        Status.WAITING: frozenset({S}),
        Status.PRICE_CONFIRMED: frozenset({S, R}),
        Status.CANCELLED: frozenset({B, S}),
    },
    Status.WAITING: {
        Status.PLACED: frozenset({B}),  # a reply to the seller: docs/adr/0003
        Status.PRICE_CONFIRMED: frozenset({B}),
        Status.CANCELLED: frozenset({B, S, M}),
    },
    Status.PRICE_CONFIRMED: {
        Status.PLACED: frozenset({M}),  # a dearer purchase price: docs/adr/0011
        Status.WAITING: frozenset({M}),
        Status.APPROVED: frozenset({M, B}),  # B: the yes to a change by the manufacturer
        Status.CANCELLED: frozenset({B, S, M}),
    },
    Status.APPROVED: {
        Status.PARTLY_SHIPPED: frozenset({M}),
        Status.SHIPPED: frozenset({M}),
        Status.CANCELLED: frozenset({S, M}),
    },
    Status.PARTLY_SHIPPED: {
        Status.PARTLY_SHIPPED: frozenset({M}),
        Status.SHIPPED: frozenset({M}),
        Status.DELIVERED: frozenset({B, M, R}),
    },
    Status.SHIPPED: {Status.DELIVERED: frozenset({B, M, R})},
    Status.DELIVERED: {},
    Status.CANCELLED: {},
}

OPEN = frozenset(Status) - {Status.DELIVERED, Status.CANCELLED}

# Who has the order now; nobody where it has ended.
TURN: dict[Status, Side | None] = {
    Status.PLACED: S,
    Status.WAITING: B,
    Status.PRICE_CONFIRMED: M,
    Status.APPROVED: M,
    Status.PARTLY_SHIPPED: M,
    Status.SHIPPED: B,
    Status.DELIVERED: None,
    Status.CANCELLED: None,
}


class LineState(models.TextChoices):
    """What has become of one line."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    CHANGED = "changed", _("Changed")
    REJECTED = "rejected", _("Rejected")


class CancelReason(models.TextChoices):
    """Why an order was cancelled, coded so that it can be counted."""

    WRONG_PRICE = "wrong_price", _("Wrong price")
    DISCONTINUED = "discontinued", _("Discontinued")
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")
    CREDIT = "credit", _("Credit")
    DUPLICATE = "duplicate", _("Ordered twice")
    CUSTOMER_WISH = "customer_wish", _("Customer’s wish")
    DECLINED = "declined", _("Change declined by the buyer")
    OTHER = "other", _("Other")


class ReturnReason(models.TextChoices):
    """Why goods came back."""

    WRONG_ITEM = "wrong_item", _("Wrong item")
    DAMAGED = "damaged", _("Damaged")
    OTHER = "other", _("Other")


class IllegalMove(Exception):
    """The order has moved on, or this side may not do that; nothing was changed."""

    def __init__(self, status: str, wanted: str) -> None:
        super().__init__(f"{status} → {wanted}")
        self.status, self.wanted = Status(status), Status(wanted)


def check_move(status: str, to: Status, side: Side) -> None:
    """Raise IllegalMove unless MOVES lets this side move an order from `status` to `to`."""
    if side not in MOVES[Status(status)].get(to, frozenset()):
        raise IllegalMove(status, to)
