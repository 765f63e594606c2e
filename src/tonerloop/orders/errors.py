"""How an action says no."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tonerloop.common.refusal import Refused as Refused
from tonerloop.orders.states import IllegalMove

if TYPE_CHECKING:
    from tonerloop.orders.answer_models import LineAnswer


class Stale(Exception):
    """Somebody changed the order since this page was made; nothing was changed now."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the order has moved on: {status}")
        self.status = status


class AnsweredOtherwise(IllegalMove):
    """These lines were answered already, and otherwise; what was recorded stays."""

    def __init__(self, status: str, recorded: "Sequence[LineAnswer]") -> None:
        super().__init__(status, status)
        self.recorded = tuple(recorded)
