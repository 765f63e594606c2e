"""The verbs of an order; screens, API, jobs and tests call these and nothing else."""

from tonerloop.orders.actions.answering import Changes, ask, confirm_price, propose
from tonerloop.orders.actions.cancelling import cancel
from tonerloop.orders.actions.consent import accept_change, decline_change, reply
from tonerloop.orders.actions.directly import WantedLine, place_lines
from tonerloop.orders.actions.fulfilment import (
    approve,
    assume_deliveries,
    record_returns,
    report_delivery,
)
from tonerloop.orders.actions.placing import NotOrderable, PricesChanged, Wishes, place
from tonerloop.orders.actions.shipping import ship
from tonerloop.orders.errors import Refused, Stale

__all__ = [
    "Changes",
    "NotOrderable",
    "PricesChanged",
    "Refused",
    "Stale",
    "WantedLine",
    "Wishes",
    "accept_change",
    "approve",
    "ask",
    "assume_deliveries",
    "cancel",
    "confirm_price",
    "decline_change",
    "place",
    "place_lines",
    "propose",
    "record_returns",
    "reply",
    "report_delivery",
    "ship",
]
