"""The verbs of an order; screens, API, jobs and tests call these and nothing else."""

from tonerloop.orders.actions.answering import Changes, ask, confirm_price, propose
from tonerloop.orders.actions.approving import LineSaid, answer_lines, approve
from tonerloop.orders.actions.by_rule import confirm_by_rule, may_confirm
from tonerloop.orders.actions.cancelling import cancel
from tonerloop.orders.actions.consent import accept_change, decline_change, reply
from tonerloop.orders.actions.directly import place_lines
from tonerloop.orders.actions.fulfilment import (
    assume_deliveries,
    record_returns,
    report_delivery,
)
from tonerloop.orders.actions.handing_over import hand_over
from tonerloop.orders.actions.overdue import tell_overdue
from tonerloop.orders.actions.placing import NotOrderable, PricesChanged, Wishes, place
from tonerloop.orders.actions.shipping import ship
from tonerloop.orders.actions.wanted import WantedLine
from tonerloop.orders.errors import AnsweredOtherwise, Refused, Stale

__all__ = [
    "AnsweredOtherwise",
    "Changes",
    "LineSaid",
    "NotOrderable",
    "PricesChanged",
    "Refused",
    "Stale",
    "WantedLine",
    "Wishes",
    "accept_change",
    "answer_lines",
    "approve",
    "ask",
    "assume_deliveries",
    "cancel",
    "confirm_by_rule",
    "confirm_price",
    "decline_change",
    "hand_over",
    "may_confirm",
    "place",
    "place_lines",
    "propose",
    "record_returns",
    "reply",
    "report_delivery",
    "ship",
    "tell_overdue",
]
