"""A local mail server that delivers nothing and shows everything: for the demo and the tests."""

import asyncio
import secrets
import time
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tonerloop.config.environment import text
from tonerloop.config.mailpage import serve_page

ACCEPTED = "250 OK"


class Mailbox:
    """Accepts mail for everybody and keeps each as a file; `refuse` makes it a bad server."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder = folder
        self.refuse: str | None = None  # an SMTP answer such as "451 Try later"
        self.host, self.port = host, port
        self._controller: Controller | None = None

    def start(self) -> "Mailbox":
        """Listen; with port 0 on any free port, which stays the same after a restart."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller = _Controller(self, hostname=self.host, port=self.port)
        self._controller.start()
        self.port = self._controller.port
        return self

    def stop(self) -> None:
        """Stop listening: a mail server that is down."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail, once it is on disk."""
        if self.refuse:
            return self.refuse
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        to = ", ".join(envelope.rcpt_tos).encode()
        part = self.folder / f"{name}.part"
        part.write_bytes(b"X-Envelope-To: " + to + b"\r\n" + raw)
        part.rename(self.folder / f"{name}.eml")
        return ACCEPTED

    def messages(self) -> list[dict[str, Any]]:
        """All mails, the newest first."""
        return messages(self.folder)

    def __enter__(self) -> "Mailbox":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class _Controller(Controller):
    """Listens on any free port where asked for port 0, and knows it before it says it is ready."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)  # it was just made
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def messages(folder: Path) -> list[dict[str, Any]]:
    """The mails kept in a folder, the newest first."""
    return [message(file) for file in sorted(folder.glob("*.eml"), reverse=True)]


def message(file: Path) -> dict[str, Any]:
    """One mail as plain values."""
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    return {
        "id": file.stem,
        "to": str(mail["X-Envelope-To"] or mail["To"] or ""),
        "from": str(mail["From"] or ""),
        "subject": str(mail["Subject"] or ""),
        "date": datetime.fromtimestamp(int(file.stem.split("-")[0]) / 1e9, UTC).isoformat(),
        "message_id": str(mail["Message-ID"] or ""),
        "text": _part(mail, "plain"),
        "html": _part(mail, "html"),
        "headers": [[name, str(value)] for name, value in mail.items()],
    }


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else ""


def run(folder: Path) -> None:
    """Serve mail and the page that shows it until told to stop."""
    smtp = int(text("TONERLOOP_SMTP_PORT", "8025"))
    page = int(text("TONERLOOP_MAILBOX_PORT", "8026"))
    with Mailbox(folder, port=smtp):
        print(f"Mail: smtp 127.0.0.1:{smtp}, page http://127.0.0.1:{page}", flush=True)
        serve_page(folder, page)
