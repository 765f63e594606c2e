"""How an action says no."""


class Stale(Exception):
    """Somebody changed the order since this page was made; nothing was changed now."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the order has moved on: {status}")
        self.status = status


class Refused(Exception):
    """Input that cannot be carried out; `field` and `message` say what to do about it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message
