"""One session of the mail server, opened with the first mail and kept for those after it."""

from types import TracebackType

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend


class Session:
    """Inside `with`, mails go out over one connection; after trouble the next takes a new one."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, mail: EmailMultiAlternatives) -> None:
        """Hand one mail over; smtplib's errors, or OSError where nobody is there."""
        if self._connection is None:
            self._connection = get_connection()
            self._connection.open()
        try:
            self._connection.send_messages([mail])
        except Exception:
            self._end()
            raise

    def _end(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
