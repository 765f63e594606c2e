"""How a verb says no to what somebody typed or a program sent."""


class Refused(Exception):
    """Input that cannot be carried out; `field` and `message` say what to do about it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message
