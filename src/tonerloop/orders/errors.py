"""How an action says no."""

from tonerloop.common.refusal import Refused as Refused


class Stale(Exception):
    """Somebody changed the order since this page was made; nothing was changed now."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the order has moved on: {status}")
        self.status = status
